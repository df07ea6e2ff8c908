namespace ZergPool.Top;

/// <param name="Text">Safe, and no longer than the screen is wide.</param>
/// <param name="Style">How it looks.</param>
internal sealed record TopLine(string Text, TopStyle Style = TopStyle.Plain);
