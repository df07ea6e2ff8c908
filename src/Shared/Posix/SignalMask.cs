namespace Zerg.Posix;

/// <summary>
/// The signals that a pool is told something with, held back by the calling thread: see pthread_sigmask(3). A signal
/// that every thread holds back waits in the kernel, over execve(2) as well.
/// </summary>
internal static unsafe class SignalMask
{
    // sigset_t of glibc: 1024 bits, the first one is signal 1.
    private const int SetSize = 128;

    private static readonly int[] s_orders =
        [Signals.SIGHUP, Signals.SIGINT, Signals.SIGTERM, Signals.SIGUSR1, Signals.SIGUSR2];

    /// <summary>Holds them back.</summary>
    public static void Block() => Change(Libc.SIG_BLOCK);

    /// <summary>Lets those through that wait, and those to come.</summary>
    public static void Unblock() => Change(Libc.SIG_UNBLOCK);

    private static void Change(int how)
    {
        var set = stackalloc byte[SetSize];
        new Span<byte>(set, SetSize).Clear();
        foreach (var signal in s_orders)
            set[(signal - 1) / 8] |= (byte)(1 << ((signal - 1) % 8));
        _ = Libc.pthread_sigmask(how, set, null);
    }
}
