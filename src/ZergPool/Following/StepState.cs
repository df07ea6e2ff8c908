namespace ZergPool.Following;

/// <summary>How far one step has come.</summary>
internal enum StepState
{
    /// <summary>Its turn has not come.</summary>
    Ahead,

    /// <summary>It is what is waited for.</summary>
    Now,

    /// <summary>It is over.</summary>
    Done,

    /// <summary>There was nothing to do.</summary>
    None,

    /// <summary>It is where it ended.</summary>
    Failed,
}
