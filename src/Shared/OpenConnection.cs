namespace Zerg;

/// <summary>One connection that a zergling which leaves still waits for.</summary>
/// <param name="Protocol">What is spoken on it: <c>http/1.1</c>, <c>h2</c>, <c>websocket</c>, else its kind.</param>
/// <param name="Remote">Whose it is: an address, or <c>unix</c>; null when unknown.</param>
/// <param name="Opened">When it was accepted; null when unknown.</param>
/// <param name="Worker">The process that has it; null for the zergling's own.</param>
public sealed record OpenConnection(
    string Protocol, string? Remote = null, DateTimeOffset? Opened = null, int? Worker = null);
