using System.Globalization;
using System.Text;
using Mono.Unix.Native;

namespace Zerg.Programs;

/// <summary>Where a program that a pool started says why it cannot start, besides on stderr.</summary>
internal static class ComplaintFile
{
    /// <summary>Names the descriptor; it is for that process alone.</summary>
    public const string Variable = "ZERG_COMPLAINT_FD";

    /// <summary>Whether a pool has started this program.</summary>
    public static bool IsGiven => Environment.GetEnvironmentVariable(Variable) is not null;

    /// <summary>Adds a line, if there is such a file.</summary>
    public static unsafe void Write(string line)
    {
        if (!int.TryParse(
            Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(line + "\n\0"))
            _ = Syscall.write(number, bytes, (ulong)Encoding.UTF8.GetByteCount(line) + 1);
    }
}
