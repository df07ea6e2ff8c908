using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// A terminal that gives each key as it is pressed and shows none of them, see termios(3); as it was before once this
/// is disposed of.
/// </summary>
internal sealed unsafe class RawTerminal : IDisposable
{
    // struct termios of glibc and musl is 60 bytes.
    private const int TermiosSize = 64;

    private readonly int _descriptor;
    private readonly byte[] _before = new byte[TermiosSize];

    public RawTerminal(int descriptor)
    {
        _descriptor = descriptor;
        fixed (byte* before = _before)
            SyscallException.Check(Libc.tcgetattr(descriptor, before), "tcgetattr");
        Enter();
    }

    /// <summary>Whether a descriptor is a terminal.</summary>
    public static bool Is(int descriptor) => Syscall.isatty(descriptor);

    /// <summary>Columns and rows; null where the terminal does not tell.</summary>
    public static (int Width, int Height)? Size(int descriptor)
    {
        // struct winsize: rows, columns, pixels.
        var size = stackalloc ushort[4];
        return Libc.ioctl(descriptor, Libc.TIOCGWINSZ, size) == 0 && size[0] > 0 && size[1] > 0
            ? (size[1], size[0]) : null;
    }

    /// <summary>Makes it so again, after the process was stopped and its shell had the terminal.</summary>
    public void Enter()
    {
        var raw = stackalloc byte[TermiosSize];
        _before.CopyTo(new Span<byte>(raw, TermiosSize));
        Libc.cfmakeraw(raw);
        SyscallException.Check(Libc.tcsetattr(_descriptor, Libc.TCSANOW, raw), "tcsetattr");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        fixed (byte* before = _before)
            _ = Libc.tcsetattr(_descriptor, Libc.TCSAFLUSH, before);
    }
}
