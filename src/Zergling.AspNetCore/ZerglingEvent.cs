using Zerg;

namespace Zergling.AspNetCore;

/// <summary>What the overseer reacts to.</summary>
internal abstract record ZerglingEvent
{
    private ZerglingEvent()
    {
    }

    /// <summary>A pool gave an order, went, or came back.</summary>
    public sealed record Heard(Attachment Attachment, PoolNews News) : ZerglingEvent;

    /// <summary>The host has started and the app has answered itself, perhaps less than it answers clients.</summary>
    public sealed record Warm(int? Lukewarm) : ZerglingEvent;

    /// <summary>The app cannot answer.</summary>
    public sealed record Cold(string Reason) : ZerglingEvent;

    /// <summary>A signal, or the app itself, wants the process to end.</summary>
    public sealed record Leave(string Reason) : ZerglingEvent;

    /// <summary>The process is to end now, whatever is open.</summary>
    public sealed record Hurry(string Reason) : ZerglingEvent;

    /// <summary>The drain is over; the host has as long as this for its stop.</summary>
    public sealed record Finished(TimeSpan Timeout) : ZerglingEvent;

    /// <summary>A second is over.</summary>
    public sealed record Tick : ZerglingEvent;
}
