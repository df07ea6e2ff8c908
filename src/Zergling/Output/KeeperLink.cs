using System.Buffers.Binary;
using Zerg.Posix;

namespace Zergling.Output;

/// <summary>
/// The launcher's side of its output keeper. A pipe whose reader is gone kills its writer: Node throws, Go and C die
/// of SIGPIPE, and a launcher killed by SIGKILL would take its workers with it. Nothing in the pipe itself helps: one
/// whose reading end the worker holds open blocks it after 64 KiB, a non-blocking one makes Rust panic, a file grows
/// without end. So a second process of ours holds the reading ends too, asleep, and reads once the launcher is gone.
/// </summary>
internal sealed class KeeperLink : IDisposable
{
    private readonly ProcessHandle _process;
    private readonly FileDescriptor _channel;

    private KeeperLink(ProcessHandle process, FileDescriptor channel)
    {
        _process = process;
        _channel = channel;
    }

    /// <summary>False once somebody has killed it.</summary>
    public bool IsAlive => _process.TryWait() is null;

    /// <summary>Starts a keeper; it ends by itself when the launcher and the workers have.</summary>
    /// <param name="environment">The launcher's own.</param>
    /// <param name="directory">The launcher's private directory, removed after a launcher that could not.</param>
    public static unsafe KeeperLink Start(EnvironmentBlock environment, string directory)
    {
        var ends = stackalloc int[2];
        SyscallException.Check(
            Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0, ends), "socketpair");
        using var theirs = new FileDescriptor(ends[1]);
        var ours = new FileDescriptor(ends[0]);
        using var output = Standard(1);
        using var error = Standard(2);
        var process = Spawn.Start(new SpawnRequest
        {
            Program = OwnProgram.Path,
            Arguments = [.. OwnProgram.Arguments, OutputKeeper.Verb, directory],
            Environment = environment,
            Directory = "/",
            Output = output,
            Error = error,
            Descriptors = [theirs],
        });
        return new KeeperLink(process, ours);
    }

    /// <summary>Hands over the reading ends of a worker's pipes.</summary>
    public void Keep(int worker, FileDescriptor output, FileDescriptor error)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, worker);
        try
        {
            _ = Ancillary.Send(_channel, number, [output.Number, error.Number]);
        }
        catch (SyscallException)
        {
            // It was killed this moment: the next worker starts another one.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _channel.Dispose();
        _process.Dispose();
    }

    private static FileDescriptor Standard(int number)
        => new(SyscallException.Check(Libc.fcntl(number, Libc.F_DUPFD_CLOEXEC, 3), "fcntl F_DUPFD_CLOEXEC"));
}
