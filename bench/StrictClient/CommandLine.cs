using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Zerg.StrictClient;

/// <summary>The options of the program and how they become <see cref="LoadOptions"/>.</summary>
internal sealed class CommandLine
{
    private static readonly LoadOptions s_defaults = new() { Target = new IPEndPoint(IPAddress.Loopback, 0) };

    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(10);

    private readonly Option<EndPoint> _target = new("--target")
    {
        Description = "host:port, unix:/path or unix:@name",
        Required = true,
        CustomParser = result => Parse(result, TargetParser.Parse),
    };

    private readonly Option<LoadMode> _mode = new("--mode")
    {
        HelpName = "mode",
        Description = string.Join(", ", Enum.GetValues<LoadMode>().Select(Name)) + " (default: keep-alive)",
        CustomParser = result => Parse(result, ParseMode) ?? default,
    };

    private readonly Option<string> _host = new("--host") { Description = "Host header (default: the target)" };
    private readonly Option<string> _path = Make("--path", "path of every request", s_defaults.Path);
    private readonly Option<int> _connections = Make("--connections", "connections at a time", s_defaults.Connections);
    private readonly Option<double> _rate = Make("--rate", "requests a second in all", s_defaults.Rate);
    private readonly Option<TimeSpan?> _duration =
        Time("--duration", "end after this time", "10s, or none with --requests");
    private readonly Option<long?> _requests = new("--requests") { Description = "end after this many requests" };
    private readonly Option<TimeSpan?> _timeout = Time("--timeout", "time for one exchange", "30s");
    private readonly Option<long> _bodyBytes = Make("--body-bytes", "length of an upload", s_defaults.BodyBytes);
    private readonly Option<TimeSpan?> _bodyTime = Time("--body-time", "time a body is spread over", "2s");
    private readonly Option<TimeSpan?> _idleMin = Time("--idle-min", "shortest rest of an idle connection", "0.2s");
    private readonly Option<TimeSpan?> _idleMax = Time("--idle-max", "longest rest of an idle connection", "3s");
    private readonly Option<TimeSpan?> _interval = Time("--interval", "time between two WebSocket messages", "200ms");
    private readonly Option<int> _streams =
        Make("--streams", "HTTP/2 streams at a time on a connection", s_defaults.StreamsPerConnection);

    private readonly Option<long?> _expectLength = new("--expect-length")
    {
        Description = "length of every body; for an upload, the number the response spells",
    };

    private readonly Option<int?> _expectStatus =
        new("--expect-status") { Description = "the only good status (default: any 2xx)" };

    public CommandLine() => Root = new RootCommand("Puts load on a server, retries nothing, and counts every loss.")
    {
        _target, _mode, _host, _path, _connections, _rate, _duration, _requests, _timeout, _bodyBytes, _bodyTime,
        _idleMin, _idleMax, _interval, _streams, _expectLength, _expectStatus, Json,
    };

    public RootCommand Root { get; }

    public Option<bool> Json { get; } = new("--json") { Description = "write the report as JSON" };

    public LoadOptions Read(ParseResult parsed)
    {
        var target = parsed.GetRequiredValue(_target);
        var requests = parsed.GetValue(_requests);
        return new LoadOptions
        {
            Target = target,
            Mode = parsed.GetValue(_mode),
            Host = parsed.GetValue(_host) ?? (target.AddressFamily == AddressFamily.Unix ? "localhost" : $"{target}"),
            Path = parsed.GetValue(_path)!,
            Connections = parsed.GetValue(_connections),
            Rate = parsed.GetValue(_rate),
            // A number of requests alone has no time limit.
            Duration = parsed.GetValue(_duration) ?? (requests is null ? s_duration : null),
            MaxRequests = requests,
            RequestTimeout = parsed.GetValue(_timeout) ?? s_defaults.RequestTimeout,
            BodyBytes = parsed.GetValue(_bodyBytes),
            BodyTime = parsed.GetValue(_bodyTime) ?? s_defaults.BodyTime,
            IdleMin = parsed.GetValue(_idleMin) ?? s_defaults.IdleMin,
            IdleMax = parsed.GetValue(_idleMax) ?? s_defaults.IdleMax,
            MessageInterval = parsed.GetValue(_interval) ?? s_defaults.MessageInterval,
            StreamsPerConnection = parsed.GetValue(_streams),
            ExpectLength = parsed.GetValue(_expectLength),
            ExpectStatus = parsed.GetValue(_expectStatus),
        };
    }

    private static Option<T> Make<T>(string name, string description, T value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static Option<TimeSpan?> Time(string name, string description, string value) => new(name)
    {
        Description = $"{description} (default: {value})",
        CustomParser = result => Parse(result, text => Durations.TryParse(text, out var time) ? time : (TimeSpan?)null),
    };

    private static T? Parse<T>(ArgumentResult result, Func<string, T?> parse)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        var value = parse(text);
        if (value is null)
            result.AddError($"cannot read '{text}'");
        return value;
    }

    private static LoadMode? ParseMode(string text) =>
        Enum.GetValues<LoadMode>().Where(mode => Name(mode) == text).Select(mode => (LoadMode?)mode).FirstOrDefault();

    private static string Name(LoadMode mode) => JsonNamingPolicy.KebabCaseLower.ConvertName($"{mode}");
}
