namespace Zerg.Configuration;

/// <summary>How a release takes over from the one before.</summary>
internal enum RollStrategy
{
    /// <summary>All workers of the new one start, then it takes over whole.</summary>
    BlueGreen,

    /// <summary>One worker more of the new one, then one less of the old.</summary>
    Rolling,

    /// <summary>The same up to a share, which serves for a while before the rest follows.</summary>
    Canary,
}
