using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Zerg.Posix;

/// <summary>Another program in place of this one, in the same process, with descriptors of it: see execve(2).</summary>
internal sealed unsafe class ProcessImage
{
    /// <summary>The first of the numbers at which a program expects the sockets it is passed, see sd_listen_fds(3).</summary>
    public const int FirstListener = 3;

    /// <summary>The file to execute.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<byte[]> Arguments { get; init; }

    public required EnvironmentBlock Environment { get; init; }

    /// <summary>Descriptors that stay open under their numbers, above those of the listeners.</summary>
    public required IReadOnlyList<int> Kept { get; init; }

    /// <summary>Listening sockets and their names, passed at 3, 4, ... beside what is kept.</summary>
    public required IReadOnlyList<(int Number, string Name)> Listeners { get; init; }

    /// <summary>
    /// Executes it. SIGHUP, SIGINT, SIGTERM, SIGUSR1 and SIGUSR2 are held back: the new image unblocks them once it
    /// has handlers for them. Returns only when it failed, and then nothing in this process has changed.
    /// </summary>
    /// <param name="isWanted">Asked last of all: what a handler learns after that, nobody learns.</param>
    /// <returns>The error number, 0 when it was not wanted any more.</returns>
    public int Execute(Func<bool> isWanted)
    {
        // A thread of its own: it can have a descriptor table of its own, and what it blocked ends with it.
        var errno = 0;
        var thread = new Thread(() => errno = ExecuteHere(isWanted), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        return errno;
    }

    private int ExecuteHere(Func<bool> isWanted)
    {
        var environment = Environment.Copy();
        var isOwnTable = Libc.unshare(Libc.CLONE_FILES) == 0;
        if (isOwnTable)
            Pass(environment);

        using var arguments = new NativeStrings(Arguments);
        using var variables = new NativeStrings(environment.Entries);
        SetCloseOnExec(0);
        Exec.RemoveDiagnosticsSockets();
        var errno = 0;
        fixed (byte* path = Encoding.UTF8.GetBytes(Path + '\0'), nothing = (byte[])[0])
        {
            SignalMask.Block();

            // The first call of a function takes the runtime milliseconds, which must not lie behind the last look.
            _ = Libc.execve(nothing, arguments.Pointer, variables.Pointer);
            if (isWanted())
            {
                _ = Libc.execve(path, arguments.Pointer, variables.Pointer);
                errno = Marshal.GetLastPInvokeError();
            }
        }

        if (!isOwnTable)
            SetCloseOnExec(Libc.FD_CLOEXEC);
        return errno;
    }

    // Some sandboxes forbid unshare(2). Nothing is passed by these numbers then: in the table of all threads the
    // runtime has descriptors of its own there, which it needs when execve fails.
    private void Pass(EnvironmentBlock environment)
    {
        for (var index = 0; index < Listeners.Count; index++)
        {
            if (Mono.Unix.Native.Syscall.dup2(Listeners[index].Number, FirstListener + index) < 0)
                return;
        }

        environment.Set("LISTEN_PID", System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        environment.Set("LISTEN_FDS", Listeners.Count.ToString(CultureInfo.InvariantCulture));
        environment.Set("LISTEN_FDNAMES", string.Join(':', Listeners.Select(listener => listener.Name)));
    }

    private void SetCloseOnExec(int flag)
    {
        foreach (var number in Kept)
            _ = Libc.fcntl(number, Libc.F_SETFD, flag);
    }
}
