namespace Zerg;

/// <summary>
/// What a zergling does and holds when it attaches once more: a pool that came back knows nothing of it.
/// </summary>
/// <param name="State">What it is doing.</param>
/// <param name="Generation">That of the last <see cref="ZergOrder.Resume"/>; 0 when it accepts without any.</param>
/// <param name="Sockets">What it holds; it stays the caller's.</param>
public sealed record ZergStanding(ZerglingState State, int Generation, IReadOnlyList<ZergSocket> Sockets);
