using System.Text;
using Mono.Unix.Native;
using Zerg.Posix;

namespace ZergPool.Top;

/// <summary>The terminal on stdin and stdout: its other screen, without a cursor, until this is disposed of.</summary>
internal sealed class TopTerminal : IDisposable
{
    private const int StandardInput = 0;
    private const int StandardOutput = 1;
    private const int SequencePatience = 50;

    // The alternate screen, no cursor, and a line that is too long is cut: xterm's control sequences.
    private const string Begin = "\e[?1049h\e[?25l\e[?7l\e[2J";
    private const string End = "\e[0m\e[?7h\e[?25h\e[?1049l";

    private readonly RawTerminal _raw = new(StandardInput);

    public TopTerminal()
    {
        Write(Begin);
    }

    /// <summary>Whether there is one to read keys from and to draw on.</summary>
    public static bool IsThere => RawTerminal.Is(StandardInput) && RawTerminal.Is(StandardOutput);

    /// <summary>Columns and rows now.</summary>
    public static (int Width, int Height) Size => RawTerminal.Size(StandardOutput) ?? (80, 24);

    /// <summary>The columns of whatever shows what is printed; null where that is no terminal.</summary>
    public static int? Width => RawTerminal.Size(StandardOutput)?.Width;

    /// <summary>Waits for keys; empty when the terminal is gone.</summary>
    public static byte[] Read()
    {
        var buffer = new byte[256];
        var count = Read(buffer);

        // The rest of what begins with an escape may come a little later.
        if (count > 0 && TopKeys.IsUnfinished(buffer.AsSpan(0, count)) && IsMore(SequencePatience))
            count += Read(buffer.AsSpan(count));
        return buffer[..count];
    }

    // Whoever had it before may have left it non-blocking.
    private static int Read(Span<byte> buffer)
    {
        int count;
        while ((count = PlainIO.Read(StandardInput, buffer)) < 0)
            IsMore(-1);
        return count;
    }

    private static bool IsMore(int patience)
    {
        Pollfd[] polled = [new() { fd = StandardInput, events = PollEvents.POLLIN }];
        PlainIO.Wait(polled, patience);
        return polled[0].revents != 0;
    }

    /// <summary>Draws; false when the terminal is gone.</summary>
    public static bool Write(string text) => PlainIO.WriteAll(StandardOutput, Encoding.UTF8.GetBytes(text));

    /// <summary>Takes the terminal again, from the shell that had it meanwhile.</summary>
    public void Resume()
    {
        _raw.Enter();
        Write(Begin);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Write(End);
        _raw.Dispose();
    }
}
