using System.Net;

namespace Zerg.StrictClient;

internal sealed record LoadOptions
{
    public required EndPoint Target { get; init; }

    public LoadMode Mode { get; init; } = LoadMode.KeepAlive;

    public string Host { get; init; } = "localhost";

    public string Path { get; init; } = "/";

    public int Connections { get; init; } = 32;

    /// <summary>Requests a second over all connections: needed by paced, optional for per-connection and http2 (0: closed loop).</summary>
    public double Rate { get; init; }

    public TimeSpan? Duration { get; init; }

    public long? MaxRequests { get; init; }

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection worker rests after a loss, lest a dead server make it a busy loop.</summary>
    public TimeSpan LossPause { get; init; } = TimeSpan.FromMilliseconds(20);

    public long BodyBytes { get; init; } = 10_000_000;

    /// <summary>The time over which an upload or a download is spread.</summary>
    public TimeSpan BodyTime { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan IdleMin { get; init; } = TimeSpan.FromSeconds(0.2);

    public TimeSpan IdleMax { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan MessageInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    public int StreamsPerConnection { get; init; } = 8;

    /// <summary>The length of every response body, or, for an upload, the number the response must spell.</summary>
    public long? ExpectLength { get; init; }

    /// <summary>The only good status; any 2xx when null.</summary>
    public int? ExpectStatus { get; init; }

    /// <summary>Any complete answer is a good one.</summary>
    public bool AnyStatus { get; init; }

    public bool IsGood(int status) =>
        AnyStatus || (ExpectStatus is { } expected ? status == expected : status is >= 200 and < 300);

    public IEnumerable<string> Validate()
    {
        if (Connections < 1)
            yield return "connections: must be at least 1";
        if (Mode == LoadMode.Paced && !(Rate > 0))
            yield return "rate: paced needs requests a second above 0";
        if (Rate < 0 || !double.IsFinite(Rate))
            yield return "rate: must be a positive number";
        if (IdleMin < TimeSpan.Zero || IdleMax < IdleMin)
            yield return "idle-min, idle-max: must be 0 <= min <= max";
        if (StreamsPerConnection < 1)
            yield return "streams: must be at least 1";
        if (RequestTimeout <= TimeSpan.Zero)
            yield return "timeout: must be above 0";
        if (BodyBytes < 0)
            yield return "body-bytes: must not be negative";
        if (!Path.StartsWith('/'))
            yield return "path: must begin with '/'";
    }
}
