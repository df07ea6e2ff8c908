using System.Runtime.InteropServices;

namespace Zerg.Posix;

/// <summary>What drawing on a terminal needs.</summary>
internal static unsafe partial class Libc
{
    public const int TCSANOW = 0;
    public const int TCSAFLUSH = 2;
    public const nuint TIOCGWINSZ = 0x5413;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcgetattr(int fd, void* termios);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcsetattr(int fd, int when, void* termios);

    [LibraryImport("libc")]
    public static partial void cfmakeraw(void* termios);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, void* argument);
}
