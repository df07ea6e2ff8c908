namespace ZergPool.Upgrading;

/// <param name="Pool">The pool it connected to, by its address.</param>
/// <param name="Descriptor">The connection.</param>
internal sealed record WaitingState(string Pool, int Descriptor);
