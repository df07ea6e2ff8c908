namespace Zerg.StrictClient;

/// <summary>Decides when a connection sends its next request.</summary>
internal interface IPacer
{
    /// <summary>Whether the connection rests between two requests: a server may close it in good order.</summary>
    bool Rests { get; }

    /// <summary>Waits for the next start: from when its latency counts, or null when the load is over.</summary>
    ValueTask<long?> NextAsync();
}
