namespace ZergPool.Control;

/// <summary>One order, as a line of JSON.</summary>
internal sealed record ControlRequest
{
    /// <summary>status, pause, resume, drain or stop.</summary>
    public required string Command { get; init; }

    /// <summary>The zergling meant: its id or its name.</summary>
    public string? Zergling { get; init; }
}
