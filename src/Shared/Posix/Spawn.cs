using System.Text;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// posix_spawn(3): a child with exactly the descriptors given to it, /dev/null as input, every signal at its default,
/// none blocked, and a process group of its own. System.Diagnostics.Process would leave SIGPIPE ignored and let every
/// descriptor through that lacks FD_CLOEXEC.
/// </summary>
internal static unsafe class Spawn
{
    private const int FirstPassed = 3;

    // glibc: posix_spawn_file_actions_t has 80 bytes, posix_spawnattr_t 336, sigset_t 128 (x64 and arm64).
    private const int ActionsSize = 256;
    private const int AttributesSize = 512;
    private const int SignalSetSize = 128;

    /// <summary>Starts a child.</summary>
    /// <exception cref="SyscallException">The program cannot be executed, or the system has no room for it.</exception>
    public static ProcessHandle Start(SpawnRequest request)
    {
        using var null_ = new FileDescriptor(SyscallException.Check(
            Syscall.open("/dev/null", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC), "open", "/dev/null"));

        // Every source moves above the numbers to be filled, so that no dup2 overwrites one that is still to come.
        var above = FirstPassed + request.Descriptors.Count;
        List<FileDescriptor> sources = [FileDescriptor.Duplicate(null_, above)];
        try
        {
            sources.Add(request.Output.Duplicate(above));
            sources.Add(request.Error.Duplicate(above));
            sources.AddRange(request.Descriptors.Select(descriptor => descriptor.Duplicate(above)));
            return Start(request, sources);
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    private static ProcessHandle Start(SpawnRequest request, List<FileDescriptor> sources)
    {
        var actions = stackalloc byte[ActionsSize];
        var attributes = stackalloc byte[AttributesSize];
        var allSignals = stackalloc byte[SignalSetSize];
        var noSignal = stackalloc byte[SignalSetSize];
        new Span<byte>(allSignals, SignalSetSize).Fill(0xff);
        new Span<byte>(noSignal, SignalSetSize).Clear();
        using var arguments = new NativeStrings(request.Arguments);
        using var environment = new NativeStrings(request.Environment.Entries);
        _ = Libc.posix_spawn_file_actions_init(actions);
        _ = Libc.posix_spawnattr_init(attributes);
        try
        {
            _ = Libc.posix_spawnattr_setflags(attributes, (short)(Libc.POSIX_SPAWN_SETPGROUP
                | Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK));
            _ = Libc.posix_spawnattr_setpgroup(attributes, 0);
            _ = Libc.posix_spawnattr_setsigdefault(attributes, allSignals);
            _ = Libc.posix_spawnattr_setsigmask(attributes, noSignal);

            fixed (byte* program = Encoding.UTF8.GetBytes(request.Program + '\0'))
            fixed (byte* directory = Encoding.UTF8.GetBytes((request.Directory ?? ".") + '\0'))
            {
                for (var target = 0; target < sources.Count; target++)
                    _ = Libc.posix_spawn_file_actions_adddup2(actions, sources[target].Number, target);
                _ = Libc.posix_spawn_file_actions_addclosefrom_np(actions, sources.Count);
                if (request.Directory is not null)
                    _ = Libc.posix_spawn_file_actions_addchdir_np(actions, directory);

                int pid;
                var error = Libc.posix_spawn(
                    &pid, program, actions, attributes, arguments.Pointer, environment.Pointer);
                if (error != 0)
                    throw new SyscallException("posix_spawn", Subject(request), error);

                // Not reaped before its handle has seen the end, so the number cannot belong to anybody else.
                return ProcessHandle.OfChild(pid);
            }
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
        }
    }

    private static string Subject(SpawnRequest request)
        => request.Directory is { } directory && !System.IO.Directory.Exists(directory)
            ? $"in {directory}"
            : request.Program;
}
