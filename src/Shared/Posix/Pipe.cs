namespace Zerg.Posix;

/// <summary>Both ends of a pipe(7), closed on exec.</summary>
internal sealed class Pipe : IDisposable
{
    private Pipe(int read, int write)
    {
        Read = new FileDescriptor(read);
        Write = new FileDescriptor(write);
    }

    public FileDescriptor Read { get; }

    public FileDescriptor Write { get; }

    /// <summary>A pipe whose reading end does not wait; the writing end does, as programs expect of output.</summary>
    public static unsafe Pipe Create()
    {
        var ends = stackalloc int[2];
        SyscallException.Check(Libc.pipe2(ends, Libc.O_CLOEXEC), "pipe2");
        var pipe = new Pipe(ends[0], ends[1]);
        SyscallException.Check(Libc.fcntl(ends[0], Libc.F_SETFL, Libc.O_NONBLOCK), "fcntl F_SETFL");
        return pipe;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Read.Dispose();
        Write.Dispose();
    }
}
