using System.Text;
using Serilog.Sinks.File;

namespace Zerg.Programs;

/// <summary>
/// Opens log files with O_APPEND: pool and zergling read one configuration and so share one <c>logto</c>, and without
/// it each would write over the other's lines.
/// </summary>
internal sealed class AppendOnly(string path) : FileLifecycleHooks
{
    /// <summary>What the lines are written to.</summary>
    public LogStream Stream { get; } = new(path);

    /// <inheritdoc/>
    public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
    {
        underlyingStream.Dispose();
        return Stream;
    }
}
