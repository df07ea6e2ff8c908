using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.Guarantees;

/// <summary>Who is forced out is told of, with what it still waited for.</summary>
internal sealed class ForcedOutTests : GuaranteeFixture
{
    [Test, CancelAfter(60_000)]
    public async Task To_make_room_for_another_generation(CancellationToken cancel)
    {
        await OpenAsync(cancel, "--max-generations", "1", "--journal", "DIR/journal");
        var old = await Stage.PremiereAsync("r0", cancel);
        using var chat = await ChatAsync(cancel);
        using var first = await SlowRequest.BeginAsync(Stage.EndPoint, cancel);
        await Stage.StatusAsync(status => status.Zerglings[0].Requests == 2, cancel);
        await Stage.RollOutAsync("r1", cancel);
        var draining = (await Stage.StatusAsync(status => status.Zerglings[0].Open is not null, cancel)).Zerglings[0];
        Assert.That(
            draining.Open!.Protocols, Is.EquivalentTo([new ProtocolCount("http/1.1", 1), new ProtocolCount("websocket", 1)]));
        Assert.That(draining.Open.Oldest.Select(one => one.Protocol), Is.EqualTo(new[] { "websocket", "http/1.1" }));
        Assert.That(draining.Open.Oldest[1].Remote, Is.EqualTo(first.Address));
        Assert.That(draining.Open.Oldest[0].Opened, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
        var (_, text, _) = await Stage.OrderAsync(["status"], cancel);
        Assert.That(text, Does.Match("""
            zergling 1 waits for 2 connections \(1 http/1.1, 1 websocket\)
                \| websocket of 127.0.0.1:\d+ for \d+s
                \| http/1.1 of 127.0.0.1:\d+ for \d+s
            """));

        using var second = await SlowRequest.BeginAsync(Stage.EndPoint, cancel);
        await Stage.StatusAsync(status => status.Zerglings[1].Requests == 1, cancel);
        await Stage.RollOutAsync("r2", cancel);
        await old.ExitAsync(cancel);
        const string Why = "2 generations drain, at most 1 may (max-generations); it still waited for "
            + "2 connections (1 http/1.1, 1 websocket)";
        await Stage.Pool.ErrorAsync("is ended by force: ", cancel);
        Assert.That(Stage.Pool.Error.Lines, Has.One.Contains($"is ended by force: {Why}: websocket of 127.0.0.1:"));
        var entry = (await Stage.StatusAsync(cancel)).History.Single(one => one.IsForcedOut);
        Assert.That((entry.To, entry.Release, entry.Reason), Is.EqualTo((1, "r0", Why)));
        Assert.That(entry.Output, Has.Count.EqualTo(2));
        Assert.That(entry.Output[1], Does.StartWith($"http/1.1 of {first.Address} for "));

        // The journal has it as well, and nobody takes it for a hand-over.
        await Stage.KillAsync(cancel);
        await Stage.ComeBackAsync(cancel);
        var (_, history, _) = await Stage.OrderAsync(["history"], cancel);
        Assert.That(history, Does.Match(
            $@"forced out +\d+\.\d\d\d s  release 'r0' of zergling 1: 2 generations drain.*\n    \| websocket of "));
        Assert.That((await Stage.StatusAsync(cancel)).History.Count(one => one.IsForcedOut), Is.EqualTo(1));
        Assert.That(await second.FinishAsync(cancel), Does.Contain("200 OK"));
    }

    [Test, CancelAfter(60_000)]
    public async Task At_the_end_of_the_mercy(CancellationToken cancel)
    {
        await OpenAsync(cancel, "--worker-reload-mercy", "3s");
        await Stage.PremiereAsync("r0", cancel);
        using var chat = await ChatAsync(cancel);
        await Stage.RollOutAsync("r1", cancel);
        var entry = await ForcedOutAsync(cancel);
        Assert.That((entry.To, entry.Reason), Is.EqualTo(
            (1, "its mercy was over (worker-reload-mercy); it still waited for 1 connection (1 websocket)")));
        Assert.That(entry.Seconds, Is.InRange(1, 10));
        Assert.That(entry.Output.Single(), Does.StartWith("websocket of 127.0.0.1:"));
    }

    // Of workers the kernel knows what they have accepted, and whose it is.
    [Test, CancelAfter(60_000)]
    public async Task The_workers_of_a_launcher(CancellationToken cancel)
    {
        Peers.Require("gunicorn");
        await OpenAsync(cancel, "--worker-reload-mercy", "6s");
        Stage.Write("app.py", ComingAndGoingTests.Wsgi + """

            import threading
            hello = app
            def app(environ, start_response):
                if environ['PATH_INFO'] == '/stuck':
                    threading.Event().wait()
                return hello(environ, start_response)
            """.Replace("\n            ", "\n"));
        Stage.Launch("r0", "--ready http:/", "gunicorn", "-w", "2", "app:app");
        await Stage.StatusAsync(status => Stage.Accepting(status).Any(), cancel);
        using var stuck = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await stuck.ConnectAsync(Stage.EndPoint, cancel);
        await stuck.SendAsync(Encoding.ASCII.GetBytes("GET /stuck HTTP/1.1\r\nHost: localhost\r\n\r\n"), cancel);
        await Stage.StatusAsync(status => status.Sockets[0].Queued == 0, cancel);
        var drain = Stage.OrderAsync(["drain", "1"], cancel);
        var waits = (await Stage.StatusAsync(status => status.Zerglings is [{ Open: not null }], cancel)).Zerglings[0];
        Assert.That(waits.Open!.Protocols, Is.EqualTo([new ProtocolCount("tcp", 1)]));
        Assert.That(waits.Open.Oldest.Single().Remote, Is.EqualTo($"{stuck.LocalEndPoint}"));
        var pid = waits.Open.Oldest.Single().Worker;
        var entry = await ForcedOutAsync(cancel);
        Assert.That(entry.Reason, Does.EndWith("it still waited for 1 connection (1 tcp)"));
        Assert.That(entry.Output, Is.EqualTo(new[] { $"tcp of {stuck.LocalEndPoint} at pid {pid}" }));
        Assert.That((await drain).ExitCode, Is.Zero);
    }

    private async Task<HistoryStatus> ForcedOutAsync(CancellationToken cancel) => (await Stage.StatusAsync(
        status => status.History.Any(one => one.IsForcedOut), cancel)).History.Single(one => one.IsForcedOut);

    private async Task<ClientWebSocket> ChatAsync(CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{Stage.EndPoint}/ws"), cancel);
        return socket;
    }
}
