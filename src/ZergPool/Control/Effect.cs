namespace ZergPool.Control;

/// <summary>What an order is to bring about in a zergling.</summary>
internal enum Effect
{
    Paused,
    Accepting,
    Gone,
}
