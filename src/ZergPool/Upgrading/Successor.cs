namespace ZergPool.Upgrading;

/// <summary>What another binary says of itself, when it is asked whether it could take over.</summary>
/// <param name="Invocation">How it is started.</param>
/// <param name="Problem">Why it cannot take over; null when it can.</param>
/// <param name="ExitCode">What that means to whoever asked for the upgrade.</param>
/// <param name="Version">Its version.</param>
/// <param name="ReadsState">Whether it can read what this image hands over.</param>
internal sealed record Successor(
    Invocation Invocation, string? Problem, int ExitCode = 0, string Version = "", bool ReadsState = false);
