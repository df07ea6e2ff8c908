namespace Zerg.Configuration;

/// <summary>What it means when a canary has answered too few requests to be judged.</summary>
internal enum EmptyCanary
{
    /// <summary>The rest follows.</summary>
    Pass,

    /// <summary>The old release serves on.</summary>
    Fail,
}
