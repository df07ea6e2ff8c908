namespace Zerg.Protocol;

/// <summary>
/// Bounds the text in a frame: a user, a command line or a worker's output chose it, the pool keeps it, and even with
/// every character escaped the frame stays below <see cref="FrameChannel.MaxFrame"/>.
/// </summary>
internal static class FrameText
{
    /// <summary>The last lines of a release that failed.</summary>
    public const int MaxLines = 20;

    /// <summary>UTF-16 units of a text.</summary>
    public const int MaxText = 500;

    /// <summary>The beginning of a text, without half a character at its end.</summary>
    public static string Cut(string? text)
    {
        if (text is null || text.Length <= MaxText)
            return text ?? "";
        return text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)];
    }

    /// <summary>The last of some lines.</summary>
    public static IReadOnlyList<string> Cut(IReadOnlyList<string> lines) => [.. lines.TakeLast(MaxLines).Select(Cut)];
}
