namespace Zerg.StrictClient;

/// <summary>One request on its way; used again for later ones.</summary>
internal sealed class Http2Stream(ReleaseTable releases)
{
    public int Id { get; private set; }

    /// <summary>From when the latency counts, which for a paced request may be before it was sent.</summary>
    public long Start { get; private set; }

    public long Sent { get; private set; }

    public bool HasHead { get; set; }

    public long Received { get; set; }

    public int Unacknowledged { get; set; }

    public ResponseHead Head { get; } = new(releases);

    public LossPhase Phase => HasHead ? LossPhase.Body : LossPhase.Headers;

    public void Begin(int id, long start, long now)
    {
        (Id, Start, Sent) = (id, start, now);
        HasHead = false;
        Received = Unacknowledged = 0;
        Head.Reset();
    }
}
