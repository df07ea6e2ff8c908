using System.Text.Json;
using Zerg.Protocol;
using ZergPool.Control;

namespace Zerg.Tests.Observing;

/// <summary>What a zergling says of its connections is bounded, whoever it is.</summary>
internal sealed class OpenConnectionsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);

    [Test]
    public void The_oldest_are_named_and_the_others_counted()
    {
        var open = OpenConnections.Of(
        [
            .. Enumerable.Range(1, 7).Select(i => new OpenConnection("h2", $"10.0.0.{i}:1", s_now.AddMinutes(-i))),
            new OpenConnection("websocket", "10.0.1.1:1", s_now.AddHours(-2)),
        ]);
        Assert.That(OpenText.Summary(open, []), Is.EqualTo("8 connections (7 h2, 1 websocket)"));
        Assert.That(OpenText.Lines(open, s_now), Is.EqualTo(new[]
        {
            "websocket of 10.0.1.1:1 for 2h0m", "h2 of 10.0.0.7:1 for 7m0s", "h2 of 10.0.0.6:1 for 6m0s",
            "h2 of 10.0.0.5:1 for 5m0s", "h2 of 10.0.0.4:1 for 4m0s", "and 3 more",
        }));
    }

    [TestCase(null, new int[0], "nothing that it tells of")]
    [TestCase(null, new[] { 12, 13 }, "its workers, pid 12, 13")]
    [TestCase("unix", new[] { 12 }, "1 connection (1 unix)")]
    public void Where_little_is_known_that_is_told(string? protocol, int[] workers, string told)
        => Assert.That(OpenText.Summary(
            protocol is null ? null : OpenConnections.Of([new OpenConnection(protocol, "unix")]), workers), Is.EqualTo(told));

    [Test]
    public void What_came_is_cut_and_cannot_steer_a_terminal()
    {
        var many = string.Join(',', Enumerable.Repeat($$"""{"protocol":"\u001b[2J{{new string('x', 999)}}","remote":"a\nb","count":-1}""", 99));
        var open = Read($$"""{"type":"state","state":"draining","open":{"protocols":[{{many}}],"oldest":[{{many}}] } }""").Open!;
        Assert.That((open.Protocols.Count, open.Oldest.Count), Is.EqualTo((8, OpenConnections.MaxOldest)));
        Assert.That(open.Protocols[0].Count, Is.Zero);
        Assert.That(open.Oldest[0].Remote, Is.EqualTo(@"a\x0ab"));
        Assert.That(open.Oldest[0].Protocol, Does.StartWith(@"\x1b[2Jxxx").And.Length.LessThan(30));
    }

    [TestCase("""{"protocols":[null],"oldest":[]}""")]
    [TestCase("""{"protocols":[],"oldest":[null]}""")]
    [TestCase("""{"protocols":null,"oldest":[]}""")]
    [TestCase("""{"oldest":[{"protocol":null}],"protocols":[]}""")]
    [TestCase("""[]""")]
    public void What_is_none_is_refused(string open) => Assert.That(
        () => Read($$"""{"type":"state","state":"draining","open":{{open}} }"""),
        Throws.InstanceOf<JsonException>().Or.InstanceOf<ProtocolException>());

    private static StateFrame Read(string json) => (StateFrame)JsonSerializer.Deserialize(json, FrameJson.Default.Frame)!;
}
