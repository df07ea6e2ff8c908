namespace ZergPool.Upgrading;

/// <param name="Path">Of a file that keeps how hand-overs ended.</param>
/// <param name="Descriptor">It, open and locked.</param>
internal sealed record JournalState(string Path, int Descriptor);
