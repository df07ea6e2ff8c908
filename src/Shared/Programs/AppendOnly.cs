using System.Text;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;
using Serilog.Sinks.File;
using Zerg.Posix;

namespace Zerg.Programs;

/// <summary>
/// Opens log files with O_APPEND: pool and zergling read one configuration and so share one <c>logto</c>, and without
/// it each would write over the other's lines.
/// </summary>
internal sealed class AppendOnly : FileLifecycleHooks
{
    /// <inheritdoc/>
    public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
    {
        underlyingStream.Dispose();
        var number = Syscall.open(path, OpenFlags.O_WRONLY | OpenFlags.O_APPEND | OpenFlags.O_CLOEXEC);
        var handle = new SafeFileHandle(SyscallException.Check(number, "open", path), ownsHandle: true);
        return new FileStream(handle, FileAccess.Write);
    }
}
