using System.Runtime.InteropServices;
using Mono.Unix.Native;
using Zerg.Posix;

namespace Zerg.Tests.Harness;

/// <summary>A FIFO that is full and that nobody reads: whoever writes to it waits.</summary>
internal sealed unsafe class FullFifo : IDisposable
{
    private readonly FileDescriptor _ends;

    public FullFifo(string path)
    {
        SyscallException.Check(Syscall.mkfifo(path, FilePermissions.S_IRUSR | FilePermissions.S_IWUSR), "mkfifo", path);
        _ends = new FileDescriptor(SyscallException.Check(
            Syscall.open(path, OpenFlags.O_RDWR | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC), "open", path));
        Path = path;
        var data = stackalloc byte[1];
        data[0] = (byte)'\n';
        while (Syscall.write(_ends.Number, data, 1) == 1)
        {
        }

        Assert.That(Marshal.GetLastPInvokeError(), Is.EqualTo(Zerg.Posix.Errno.EAGAIN));
    }

    public string Path { get; }

    /// <summary>A command line whose outputs go there.</summary>
    public string[] Redirected(params string[] command)
        => ["sh", "-c", "fifo=$1; shift; exec \"$@\" >\"$fifo\" 2>&1", "sh", Path, .. command];

    /// <inheritdoc/>
    public void Dispose() => _ends.Dispose();
}
