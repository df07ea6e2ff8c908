using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

[CancelAfter(60_000)]
internal sealed class Http2DrainTests
{
    private const int Announcement = int.MaxValue;
    private static readonly DrainFrame s_drain = new() { Mercy = 30, Reason = "replaced" };

    private AppPool _pool = null!;
    private HelloProcess _hello = null!;
    private AppSession _session = null!;

    [TearDown]
    public void Stop()
    {
        _hello.Dispose();
        _session.Dispose();
        _pool.Dispose();
    }

    [TestCase(1)]
    [TestCase(10)]
    [TestCase(100)]
    public async Task Every_stream_sent_before_the_announcement_arrived_is_answered(
        int streams, CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var clients = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            Http2Client.ConnectAsync(_pool.Port, cancel)));
        var loads = clients.Select(client => Task.Run(() => LoadAsync(client, streams, cancel), cancel)).ToArray();
        await _session.ExpectAsync<StateFrame>(cancel, state => state.Connections == 8);

        await _session.OrderAsync(s_drain);
        await Task.WhenAll(loads);
        Assert.That(clients.Select(client => client.Open.Count), Is.All.Zero);
        Assert.That(clients.Select(client => client.GoAways[0]), Is.All.EqualTo(Announcement));
        Assert.That(clients.Select(client => client.GoAways.Count), Is.All.EqualTo(2));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    // A stream every 20 ms until the announcement has come: ten of them are on their way when it is made. In between
    // comes what clients send for no stream: that is when Kestrel looks whether any is open.
    [Test]
    public async Task No_stream_of_a_client_far_away_is_lost(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        await using var link = new SlowLink(_pool.Port, TimeSpan.FromMilliseconds(100));
        var clients = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            Http2Client.ConnectAsync(link.Port, cancel)));
        var loads = clients.Select((client, number) => Task.Run(() => PaceAsync(client, number, cancel), cancel))
            .ToArray();
        await _session.ExpectAsync<StateFrame>(cancel, state => state.Connections == 8);

        await _session.OrderAsync(s_drain);
        await Task.WhenAll(loads);
        Assert.That(clients.Select(client => client.Open.Count), Is.All.Zero);
        Assert.That(clients.Select(client => client.GoAways[0]), Is.All.EqualTo(Announcement));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task A_client_that_answers_no_PING_ends_all_the_same(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        using var client = await Http2Client.ConnectAsync(_pool.Port, cancel, answersPings: false);
        await _session.ExpectAsync<StateFrame>(cancel, state => state.Connections == 1);
        await _session.OrderAsync(s_drain);
        await _session.ExpectStateAsync(ZerglingState.Draining, cancel);
        await client.AskAsync("/", cancel);
        while (await client.ReadAsync(cancel))
        {
        }

        Assert.That(client.Answered, Is.EqualTo(1));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task A_stream_in_flight_keeps_its_connection_open_for_others(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        using var client = await Http2Client.ConnectAsync(_pool.Port, cancel);
        await client.AskAsync("/slow?ms=6000", cancel);
        await _session.ExpectAsync<StateFrame>(cancel, state => state.Requests == 1);
        await _session.OrderAsync(s_drain);
        await _session.ExpectStateAsync(ZerglingState.Draining, cancel);

        await client.AskAsync("/", cancel);
        while (client.GoAways.Count == 0)
            await client.ReadAsync(cancel);
        await client.AskAsync("/", cancel);
        while (await client.ReadAsync(cancel))
        {
        }

        Assert.That(client.Answered, Is.EqualTo(3));
        Assert.That(client.GoAways, Is.EqualTo((int[])[Announcement, 5]));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task An_idle_connection_ends_with_GOAWAY_after_drain_idle(CancellationToken cancel)
    {
        await ServeAsync(cancel, drainIdle: "1");
        using var client = await Http2Client.ConnectAsync(_pool.Port, cancel);
        await client.AskAsync("/", cancel);
        while (client.Answered == 0)
            await client.ReadAsync(cancel);

        await _session.OrderAsync(s_drain);
        while (await client.ReadAsync(cancel))
        {
        }

        Assert.That(client.GoAways, Is.EqualTo((int[])[1]));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    // The warm-up speaks HTTP/2 as well, else this zergling would never be ready. A client that comes to a stand for a
    // second is not idle yet: its next stream would be lost with a connection that is closed meanwhile.
    private async Task ServeAsync(CancellationToken cancel, string drainIdle = "10")
    {
        _pool = new AppPool("http");
        _hello = HelloProcess.Attach(
            _pool, ("Kestrel__EndpointDefaults__Protocols", "Http2"), ("ZERG_DRAIN_IDLE", drainIdle));
        _session = await _pool.AcceptAsync(cancel);
        await _session.ExpectAsync<ReadyFrame>(cancel);
        await _session.OrderAsync(new ResumeFrame());
        await _session.ExpectStateAsync(ZerglingState.Accepting, cancel);
    }

    // A stream every 20 ms, each client at another moment of them, until it is told to go; then reads to the end.
    private static async Task PaceAsync(Http2Client client, int number, CancellationToken cancel)
    {
        var asking = Task.Run(
            async () =>
            {
                using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(9 + number));
                while (await client.TryAskAsync("/", cancel))
                {
                    await pace.WaitForNextTickAsync(cancel);
                    await client.GrantAsync(cancel);
                    await pace.WaitForNextTickAsync(cancel);
                }
            },
            cancel);
        try
        {
            while (await client.ReadAsync(cancel))
            {
            }

            await asking;
        }
        catch (IOException)
        {
            // Reset or closed before it knew; what is open then is counted.
        }

        client.Dispose();
    }

    // Keeps so many streams open until it is told to go, then reads to the end.
    private static async Task LoadAsync(Http2Client client, int streams, CancellationToken cancel)
    {
        do
        {
            while (client.GoAways.Count == 0 && client.Open.Count < streams)
                await client.AskAsync("/", cancel);
        }
        while (await client.ReadAsync(cancel));
        client.Dispose();
    }
}
