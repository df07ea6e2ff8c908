namespace ZergPool.Top;

/// <param name="Title">Over it.</param>
/// <param name="Rank">On a narrow screen the highest goes first; one of 0 stays.</param>
/// <param name="IsNumber">Whether it is aligned at the right.</param>
/// <param name="IsElastic">Whether it may be cut before another column goes.</param>
internal sealed record TopColumn(string Title, int Rank, bool IsNumber = false, bool IsElastic = false);
