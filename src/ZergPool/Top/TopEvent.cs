using ZergPool.Control;

namespace ZergPool.Top;

/// <summary>What happens to the screen.</summary>
internal abstract record TopEvent
{
    /// <summary>The pool answered, or did not.</summary>
    public sealed record Asked(ControlReply Reply, IReadOnlyDictionary<int, ProcessUsage> Usage) : TopEvent;

    /// <summary>An order was answered.</summary>
    public sealed record Ordered(string Words, ControlReply Reply) : TopEvent;

    /// <summary>A key was pressed.</summary>
    public sealed record Pressed(TopKey Key) : TopEvent;

    /// <summary>The screen has to be drawn anew: its size, or the time, is another one.</summary>
    public sealed record Changed : TopEvent;

    /// <summary>The process was stopped, and goes on.</summary>
    public sealed record Continued : TopEvent;

    /// <summary>It is over.</summary>
    public sealed record Ended(int ExitCode) : TopEvent;
}
