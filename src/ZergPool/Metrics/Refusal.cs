namespace ZergPool.Metrics;

/// <summary>Kinds of what is refused.</summary>
internal enum Refusal
{
    /// <summary>Somebody who may not attach.</summary>
    Attach,

    /// <summary>An order of somebody who may give none.</summary>
    Order,

    /// <summary>One session too many.</summary>
    Sessions,

    /// <summary>A frame that is not the one expected, or another version.</summary>
    Protocol,

    /// <summary>A past that cannot be.</summary>
    Claim,

    /// <summary>A descriptor that is not the socket it is said to be.</summary>
    Offer,

    /// <summary>A connection that would have taken one of the last descriptors.</summary>
    Descriptors,
}
