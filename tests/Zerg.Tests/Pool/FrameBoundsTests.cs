using System.Text.Json;
using Zerg.Protocol;
using Zerg.Tests.Fuzzing;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>The range of every number that a peer says, on both sides of a session.</summary>
internal sealed class FrameBoundsTests
{
    private const string Hello = "\"type\":\"hello\",\"protocol\":1,\"role\":\"app\",\"release\":\"v1\"";
    private const string Welcome = "\"type\":\"welcome\",\"protocol\":1,\"session\":1";
    private const string Socket = "{\"name\":\"a\",\"address\":\"@a\",\"protocol\":\"http\"}";

    [TestCase($"{Hello},\"generation\":1000000000,\"session\":1000000000,\"workers\":1024")]
    [TestCase($"{Hello},\"generation\":0,\"session\":0,\"workers\":0")]
    [TestCase($"{Welcome},\"generation\":1000000000,\"backlog\":2147483647,\"workers\":1024")]
    [TestCase("\"type\":\"resume\",\"generation\":1000000000")]
    [TestCase("\"type\":\"scale\",\"workers\":1024")]
    [TestCase($"\"type\":\"offer\",\"descriptors\":1,\"sockets\":[{Socket}]")]
    [TestCase("\"type\":\"state\",\"state\":\"accepting\",\"connections\":-1")]
    [TestCase("\"type\":\"drain\",\"mercy\":-1")]
    [TestCase("\"type\":\"stop\",\"reason\":\"\",\"exitCode\":-1")]
    public void What_can_be_right_is_taken(string json)
        => Assert.That(FrameBounds.WhyNot(Frame(json)), Is.Null);

    [TestCase($"{Hello},\"generation\":2147483647", "hello generation is 2147483647, must be 0 to 1000000000")]
    [TestCase($"{Hello},\"generation\":1000000001", "hello generation is 1000000001, must be 0 to 1000000000")]
    [TestCase($"{Hello},\"generation\":-1", "hello generation is -1, must be 0 to 1000000000")]
    [TestCase($"{Hello},\"session\":-1", "hello session is -1, must be 0 to 1000000000")]
    [TestCase($"{Hello},\"session\":2147483647", "hello session is 2147483647, must be 0 to 1000000000")]
    [TestCase($"{Hello},\"workers\":-1", "hello workers is -1, must be 0 to 1024")]
    [TestCase($"{Hello},\"workers\":1025", "hello workers is 1025, must be 0 to 1024")]
    [TestCase($"{Hello},\"descriptors\":-1", "descriptors is -1, must be 0 to 253")]
    [TestCase($"{Welcome},\"descriptors\":254", "descriptors is 254, must be 0 to 253")]
    [TestCase($"{Welcome},\"generation\":-1", "welcome generation is -1, must be 0 to 1000000000")]
    [TestCase($"{Welcome},\"backlog\":-1", "welcome backlog is -1, must be 0 to 2147483647")]
    [TestCase($"{Welcome},\"workers\":100000", "welcome workers is 100000, must be 0 to 1024")]
    [TestCase("\"type\":\"welcome\",\"protocol\":1,\"session\":-7", "welcome session is -7, must be 0 to 1000000000")]
    [TestCase("\"type\":\"resume\",\"generation\":2147483647", "resume generation is 2147483647, must be 0 to 1000000000")]
    [TestCase("\"type\":\"scale\",\"workers\":-1", "scale workers is -1, must be 0 to 1024")]
    [TestCase("\"type\":\"scale\",\"workers\":5000", "scale workers is 5000, must be 0 to 1024")]
    [TestCase("\"type\":\"offer\",\"descriptors\":1", "offer descriptors is 1, must be 0, one for each socket")]
    [TestCase($"\"type\":\"offer\",\"sockets\":[{Socket}]", "offer descriptors is 0, must be 1, one for each socket")]
    [TestCase("\"type\":\"sockets\",\"descriptors\":2", "sockets descriptors is 2, must be 0, one for each socket")]
    public void What_cannot_be_right_is_refused_with_field_value_and_bound(string json, string reason)
        => Proof.Refused(FrameBounds.WhyNot(Frame(json)), Is.EqualTo(reason));

    [TestCase("\"connections\":-1", "connections is -1, must be 0 to 1000000000")]
    [TestCase("\"connections\":2147483647", "connections is 2147483647, must be 0 to 1000000000")]
    [TestCase("\"requests\":-2", "requests is -2, must be 0 to 1000000000")]
    [TestCase("\"crashes\":-1", "crashes is -1, must be 0 to 1000000000")]
    [TestCase("\"target\":5000", "target is 5000, must be 0 to 1024")]
    [TestCase("\"ready\":-2147483648", "ready is -2147483648, must be 0 to 1024")]
    [TestCase("\"responses\":{\"classes\":[-1,0,0,0,0],\"latencies\":[],\"seconds\":0}", "responses are no counts of so many classes and latencies")]
    public void A_figure_that_cannot_be_right_is_unknown(string figure, string ignored)
    {
        var said = (StateFrame)Frame($"\"type\":\"state\",\"state\":\"accepting\",\"workers\":[7],{figure}");
        var known = FrameBounds.Known(said, out var reason);
        Assert.That(reason, Is.EqualTo(ignored));
        Assert.That(known.Connections, Is.Null);
        Assert.That(known.Requests, Is.Null);
        Assert.That(known.Target, Is.InRange(0, 1024));
        Assert.That(known.Ready, Is.InRange(0, 1024));
        Assert.That(known.Responses, Is.Null);
        Assert.That(known.Workers, Is.EqualTo(said.Workers));
    }

    [Test]
    public void A_report_that_can_be_right_is_the_same()
    {
        var said = new StateFrame { State = ZerglingState.Accepting, Connections = 0, Requests = 1_000_000_000, Target = 1024 };
        Assert.That(FrameBounds.Known(said, out var ignored), Is.SameAs(said));
        Assert.That(ignored, Is.Null);
    }

    [Test]
    public void What_is_told_of_open_connections_is_unknown_where_it_cannot_be_right()
    {
        var said = (StateFrame)Frame(
            """
            "type":"state","state":"draining","open":{"protocols":[{"protocol":"h2","count":-3},{"protocol":"ws","count":2147483647}],
            "oldest":[{"protocol":"h2","opened":"0001-01-01T00:00:00Z","worker":-1},{"protocol":"h2","opened":"2026-01-01T00:00:00Z","worker":7}]}
            """);
        Assert.That(said.Open!.Protocols.Select(one => one.Count), Is.EqualTo(new[] { 0, 0 }));
        Assert.That(said.Open.Oldest[0], Is.EqualTo(new OpenConnection("h2")));
        Assert.That(said.Open.Oldest[1].Worker, Is.EqualTo(7));
        Assert.That(said.Open.Oldest[1].Opened, Is.Not.Null);
    }

    [TestCase(-1, 1)]
    [TestCase(256, 1)]
    [TestCase(255, 255)]
    [TestCase(0, 0)]
    public void A_status_that_no_program_can_have_is_a_failure(int told, int status)
        => Assert.That(FrameBounds.Status(told), Is.EqualTo(status));

    [TestCase("\"generation\":2147483647")]
    [TestCase("\"workers\":100000")]
    [TestCase("\"backlog\":-1")]
    [CancelAfter(60_000)]
    public async Task A_pool_whose_welcome_cannot_be_right_is_refused(string number, CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        using var pool = Pool(temporary, $"{{{Welcome},{number}}}");
        try
        {
            await using var client = await ZergClient.AttachAsync(
                new ZergClientOptions { Pool = pool.Path, Release = "v1", IsLauncher = true, Workers = 2 }, cancel);
            Proof.Refused(client.Session, Is.Zero, "it attached");
        }
        catch (ZergException refused)
        {
            Proof.Refused(refused.Message, Does.Contain("not a zerg pool: welcome "));
        }
    }

    [TestCase("\"type\":\"resume\",\"generation\":-1")]
    [TestCase("\"type\":\"scale\",\"workers\":-1")]
    [CancelAfter(60_000)]
    public async Task An_order_that_cannot_be_right_ends_the_session(string order, CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        using var pool = Pool(temporary, $"{{{Welcome}}}\n{{{order}}}");
        await using var client = await ZergClient.AttachAsync(
            new ZergClientOptions { Pool = pool.Path, Release = "v1", IsLauncher = true, Workers = 2 }, cancel);
        var orders = new List<ZergOrder>();
        await foreach (var one in client.OrdersAsync(cancel))
            orders.Add(one);
        Proof.Refused(orders, Is.Empty);
    }

    private static Frame Frame(string json) => JsonSerializer.Deserialize($"{{{json}}}", FrameJson.Default.Frame)!;

    // After a greeting of no descriptors it says each line as a frame: see ClientTarget.
    private static HostilePool Pool(TemporaryDirectory temporary, string lines)
        => new(temporary.File("pool"), [0x01, .. System.Text.Encoding.UTF8.GetBytes(lines)]);
}
