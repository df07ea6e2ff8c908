namespace Zerg.Configuration;

/// <summary>How a worker proves that it is ready.</summary>
internal sealed record ReadyCheck(ReadyKind Kind)
{
    private const string Forms = "expected 'start', 'notify', 'http:/PATH', 'http://HOST/PATH' or 'delay:DURATION'";

    public static ReadyCheck Start { get; } = new(ReadyKind.Start);

    /// <summary>The request target of an http probe, with its leading slash.</summary>
    public string Path { get; init; } = "/";

    /// <summary>The Host header of an http probe, or null to send that of the probe's own socket.</summary>
    public string? Host { get; init; }

    public TimeSpan Delay { get; init; }

    public static Parsed<ReadyCheck> Parse(string text) => text switch
    {
        "start" => Start,
        "notify" => new ReadyCheck(ReadyKind.Notify),
        _ when text.StartsWith("delay:", StringComparison.Ordinal) => ParseDelay(text["delay:".Length..]),
        _ when text.StartsWith("http:/", StringComparison.Ordinal) => ParseHttp(text["http:".Length..]),
        _ => Parsed<ReadyCheck>.Failed($"'{text}' is no readiness, {Forms}"),
    };

    public override string ToString() => Kind switch
    {
        ReadyKind.Http => Host is null ? $"http:{Path}" : $"http://{Host}{Path}",
        ReadyKind.Delay => $"delay:{Duration.Format(Delay)}",
        ReadyKind.Notify => "notify",
        _ => "start",
    };

    private static Parsed<ReadyCheck> ParseDelay(string text) => Duration.Parse(text) is { Ok: true } delay
        ? new ReadyCheck(ReadyKind.Delay) { Delay = delay.Value }
        : Parsed<ReadyCheck>.Failed(Duration.Parse(text).Error!);

    private static Parsed<ReadyCheck> ParseHttp(string text)
    {
        if (text.Any(c => c is <= ' ' or > '~'))
        {
            return Parsed<ReadyCheck>.Failed($"'http:{text}' has blanks or is not ASCII, percent-encode it");
        }

        if (!text.StartsWith("//", StringComparison.Ordinal))
        {
            return new ReadyCheck(ReadyKind.Http) { Path = text };
        }

        int slash = text.IndexOf('/', 2);
        string host = slash < 0 ? text[2..] : text[2..slash];
        return host.Length == 0
            ? Parsed<ReadyCheck>.Failed($"'http:{text}' has no host, {Forms}")
            : new ReadyCheck(ReadyKind.Http) { Host = host, Path = slash < 0 ? "/" : text[slash..] };
    }
}
