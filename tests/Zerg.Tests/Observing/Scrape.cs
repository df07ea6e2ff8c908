using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Observing;

/// <summary>What a pool tells of itself, asked over a plain socket and read by the parser of Prometheus' own client.</summary>
internal sealed class Scrape
{
    private const string Parser = """
        import json, sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
        text = open(sys.argv[1], newline="", encoding="utf-8").read()
        print(json.dumps([
            {"family": family.name, "type": family.type, "unit": family.unit, "name": s.name, "labels": s.labels, "value": s.value}
            for family in text_string_to_metric_families(text) for s in family.samples]))
        """;

    private readonly JsonElement[] _samples;

    private Scrape(JsonElement[] samples) => _samples = samples;

    /// <summary>Names of families with their types.</summary>
    public IEnumerable<string> Families => _samples
        .Select(sample => $"{sample.GetProperty("family").GetString()} {sample.GetProperty("type").GetString()}").Distinct();

    /// <summary>The value of the only sample with that name and these labels.</summary>
    public double this[string name, params (string Name, string Value)[] labels] => All(name).Single(sample => labels.All(
        label => sample.GetProperty("labels").TryGetProperty(label.Name, out var value) && value.GetString() == label.Value))
        .GetProperty("value").GetDouble();

    public IEnumerable<JsonElement> All(string name)
        => _samples.Where(sample => sample.GetProperty("name").GetString() == name);

    /// <summary>Asks for the metrics, and has them parsed.</summary>
    public static async Task<Scrape> OfAsync(EndPoint place, CancellationToken cancel)
    {
        var (head, body) = await RequestAsync(place, "GET /metrics HTTP/1.1\r\nHost: pool\r\n\r\n", cancel);
        Assert.That(head, Does.StartWith("HTTP/1.1 200 OK\r\n").And.Contain(
            "\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"));
        Assert.That(head, Does.Contain($"\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"));
        using var directory = new TemporaryDirectory();
        using var python = HelperProcess.Python(Parser, null, "", directory.Write("metrics", body));
        Assert.That(await python.ExitAsync(cancel), Is.Zero, () => string.Join('\n', python.Lines) + body);
        await python.OutputEndAsync(cancel);
        return new Scrape([.. JsonDocument.Parse(python.Output.Single()).RootElement.EnumerateArray()]);
    }

    /// <summary>Sends any text and reads the answer to its end; empty when there is none.</summary>
    public static async Task<(string Head, string Body)> RequestAsync(EndPoint place, string request, CancellationToken cancel)
    {
        using var socket = await ConnectAsync(place, cancel);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), cancel);
        using var reader = new StreamReader(new NetworkStream(socket));
        var text = await reader.ReadToEndAsync(cancel);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? ("", text) : (text[..(end + 2)], text[(end + 4)..]);
    }

    public static async Task<Socket> ConnectAsync(EndPoint place, CancellationToken cancel)
    {
        var isUnix = place.AddressFamily == AddressFamily.Unix;
        var socket = new Socket(place.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await socket.ConnectAsync(place, cancel);
        return socket;
    }

    /// <summary>Where the log says that they are told.</summary>
    public static EndPoint Place(string line)
    {
        var place = line[(line.IndexOf("metrics at ", StringComparison.Ordinal) + "metrics at ".Length)..].Trim();
        return place.StartsWith("http://", StringComparison.Ordinal)
            ? IPEndPoint.Parse(new Uri(place).Authority) : UnixAddress.EndPoint(place);
    }
}
