namespace Zerg;

/// <summary>How many connections of one kind there are.</summary>
/// <param name="Protocol">What is spoken on them.</param>
/// <param name="Count">Their number.</param>
public sealed record ProtocolCount(string Protocol, int Count);
