using System.Text;
using Zerg.Posix;

namespace ZergPool.Deploying;

/// <summary>The check-command, at work on one zergling that is ready.</summary>
/// <param name="Zergling">Which one.</param>
/// <param name="Process">The command.</param>
/// <param name="Output">What it writes.</param>
/// <param name="Until">When it is ended.</param>
internal sealed record CheckRun(int Zergling, ProcessHandle Process, FileDescriptor Output, DateTimeOffset Until)
    : IDisposable
{
    private const int MaxLines = 20;

    /// <summary>Whether it took too long.</summary>
    public bool IsLate { get; init; }

    /// <summary>Its last lines.</summary>
    public IReadOnlyList<string> Lines() =>
    [
        .. Encoding.UTF8.GetString(MemoryFile.Read(Output)).TrimEnd('\0')
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(MaxLines),
    ];

    /// <summary>Ends it, and whatever it has started in its group.</summary>
    public void Kill() => Process.KillGroup();

    /// <inheritdoc/>
    public void Dispose()
    {
        Process.Dispose();
        Output.Dispose();
    }
}
