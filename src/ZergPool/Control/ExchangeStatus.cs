namespace ZergPool.Control;

/// <param name="Ready">Workers of the new release that serve.</param>
/// <param name="Workers">Workers that it has in the end.</param>
/// <param name="OldReady">Workers of the releases before that serve.</param>
/// <param name="Share">The share of the responses that the new release gave, 0 to 1; null where nobody tells.</param>
/// <param name="Until">Until when a canary is looked at; null while it is not.</param>
/// <param name="Reason">Why the new release gives way again; null while it does not.</param>
internal sealed record ExchangeStatus(
    int Ready, int Workers, int OldReady, double? Share, DateTimeOffset? Until, string? Reason)
{
    /// <summary>In words.</summary>
    public string Describe(DateTimeOffset now) => $"{Ready} of {Workers} workers, {OldReady} old ones"
        + (Until is null ? "" : $", {Left(now)} s more") + Measured + (Reason is null ? "" : $", goes back: {Reason}");

    /// <summary>How long a canary is still looked at, and what share it has had.</summary>
    public string Bakes(DateTimeOffset now) => FormattableString.Invariant(
        $"bakes for {Left(now)} s more{Measured}");

    private string Left(DateTimeOffset now)
        => FormattableString.Invariant($"{Math.Max(0, ((Until ?? now) - now).TotalSeconds):0}");

    private string Measured => Share is { } share ? FormattableString.Invariant($", {100 * share:0.#} % of the requests") : "";
}
