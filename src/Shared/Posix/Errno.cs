namespace Zerg.Posix;

/// <summary>The error numbers this project tells apart; x64 and arm64 Linux agree on them.</summary>
internal static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EBADF = 9;
    public const int ECHILD = 10;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EEXIST = 17;
    public const int ENXIO = 6;
    public const int ENOTDIR = 20;
    public const int EINVAL = 22;
    public const int EPIPE = 32;
    public const int ENOSYS = 38;
    public const int ELOOP = 40;
    public const int ENOPROTOOPT = 92;
    public const int EADDRINUSE = 98;
    public const int ECONNRESET = 104;
    public const int ETOOMANYREFS = 109;
    public const int ECONNREFUSED = 111;
}
