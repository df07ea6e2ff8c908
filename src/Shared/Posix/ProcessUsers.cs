using System.Globalization;

namespace Zerg.Posix;

/// <summary>The user ids of a process, from /proc/PID/status: proc(5), credentials(7).</summary>
/// <param name="Real">The user that started it, unless it was changed.</param>
/// <param name="Effective">Whose permissions it has.</param>
/// <param name="Saved">Whose permissions it may take again.</param>
internal readonly record struct ProcessUsers(uint Real, uint Effective, uint Saved)
{
    /// <summary>The user who may signal every process.</summary>
    public const uint Root = 0;

    /// <summary>No user at all: what is held on behalf of it is never signalled.</summary>
    public const uint NoUser = uint.MaxValue;

    private const string Line = "Uid:";

    /// <summary>Those of a process; null when it is gone, or hidden from this user.</summary>
    public static ProcessUsers? Of(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/status")
                .FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal)) is { } line
                ? Parse(line[Line.Length..]) : null;
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    /// <summary>Whether a process of that user may send a signal to this one: kill(2).</summary>
    public bool MayBeSignalledBy(uint user) => user is Root || user == Real || user == Saved;

    /// <summary>Whether it is one of them.</summary>
    public bool Include(uint user) => user == Real || user == Effective || user == Saved;

    private static ProcessUsers? Parse(string ids)
        => ids.Split('\t', StringSplitOptions.RemoveEmptyEntries) is [var real, var effective, var saved, ..]
            ? new ProcessUsers(Number(real), Number(effective), Number(saved)) : null;

    private static uint Number(string id) => uint.Parse(id, CultureInfo.InvariantCulture);
}
