namespace ZergPool.Handover;

/// <summary>Workers that are exchanged one by one.</summary>
/// <param name="Most">Workers that may run at a time, those that leave included.</param>
/// <param name="Up">Workers that were ready at the beginning on the side that grows.</param>
/// <param name="Down">Workers at the beginning on the side that shrinks.</param>
/// <param name="Progress">When something last moved.</param>
internal sealed record Roll(int Most, int Up, int Down, DateTimeOffset Progress)
{
    /// <summary>Where the new one stops to be looked at; 0: nowhere.</summary>
    public int Stop { get; init; }

    /// <summary>What the others had answered at the beginning.</summary>
    public long Answered { get; init; }

    /// <summary>Workers of the new one that have died.</summary>
    public int Crashes { get; init; }

    /// <summary>Why the new one gives way again.</summary>
    public string? Reason { get; init; }
}
