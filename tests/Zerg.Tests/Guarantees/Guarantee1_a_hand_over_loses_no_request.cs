using Zerg.StrictClient;

namespace Zerg.Tests.Guarantees;

/// <summary>Not queued, not in flight, not on a kept-alive connection: ten hand-overs for each client.</summary>
internal sealed class Guarantee1_a_hand_over_loses_no_request : GuaranteeFixture
{
    private const int HandOvers = 10;
    private const long Body = 10_000_000;
    private static readonly TimeSpan s_bodyTime = TimeSpan.FromSeconds(1.5);

    [Test, CancelAfter(120_000)]
    public Task Of_busy_clients_on_kept_alive_connections_and_on_one_for_each_request(CancellationToken cancel)
        => ProveAsync(crowd => crowd
            .Add("keep-alive", 5000, o => o with { Connections = 32 })
            .Add("one connection a request", 2000, o => o with { Mode = LoadMode.PerConnection, Connections = 16 }),
            cancel);

    [Test, CancelAfter(120_000)]
    public Task Of_paced_clients_and_of_512_mostly_idle_ones(CancellationToken cancel) => ProveAsync(crowd => crowd
        .Add("paced", 8000, o => o with { Mode = LoadMode.Paced, Connections = 64, Rate = 1000 })
        .Add("mostly idle", 1500, o => o with
        {
            Mode = LoadMode.Idle,
            Connections = 512,
            IdleMin = TimeSpan.FromSeconds(0.2),
            IdleMax = TimeSpan.FromSeconds(3),
        }), cancel);

    [Test, CancelAfter(120_000)]
    public Task Of_slow_handlers_slow_uploads_slow_downloads_and_websockets(CancellationToken cancel) => ProveAsync(
        crowd => Slow(crowd)
            .Add("uploads of 10 MB", 30, o => o with
            {
                Mode = LoadMode.Upload,
                Connections = 4,
                Path = "/upload",
                BodyBytes = Body,
                BodyTime = s_bodyTime,
                ExpectLength = Body,
            })
            .Add("downloads of 10 MB", 30, o => o with
            {
                Mode = LoadMode.Download,
                Connections = 4,
                Path = $"/download?bytes={Body}",
                BodyTime = s_bodyTime,
                ExpectLength = Body,
            })
            .Add("websockets", 300, o => o with { Mode = LoadMode.Websocket, Connections = 16, Path = "/ws" }),
        cancel);

    [Test, CancelAfter(120_000)]
    public Task Of_HTTP_2_clients_busy_and_paced(CancellationToken cancel) => ProveAsync(
        crowd => crowd
            .Add("busy", 5000, o => o with { Mode = LoadMode.Http2, Connections = 4, StreamsPerConnection = 8 })
            .Add("paced", 3000, o => o with
            {
                Mode = LoadMode.Http2,
                Connections = 16,
                Rate = 400,
                StreamsPerConnection = 16,
            })
            .Add("slow handlers", 200, o => o with
            {
                Mode = LoadMode.Http2,
                Connections = 4,
                StreamsPerConnection = 8,
                Path = "/slow?ms=700",
            }),
        cancel, ("Kestrel__EndpointDefaults__Protocols", "Http2"));

    [Test, CancelAfter(60_000)]
    public async Task Of_connections_that_wait_in_the_queue_of_a_paused_zergling(CancellationToken cancel)
    {
        const int waiting = 50;
        await OpenAsync(cancel);
        var old = await Stage.PremiereAsync("old", cancel);
        Assert.That((await Stage.OrderAsync(["pause", "1"], cancel)).ExitCode, Is.Zero);

        var crowd = new Crowd(Stage).Add("queued", waiting, o => o with
        {
            Mode = LoadMode.PerConnection,
            Connections = waiting,
            MaxRequests = waiting,
        });
        await Stage.StatusAsync(status => status.Sockets.Single().Queued == waiting, cancel);
        await Stage.RollOutAsync("new", cancel);
        await crowd.SeesAsync("new", cancel);
        await crowd.LeaveAsync("new");
        Assert.That(await old.ExitAsync(cancel), Is.Zero);
    }

    private static Crowd Slow(Crowd crowd)
    {
        foreach (var ms in (int[])[300, 600, 1000, 1500])
        {
            crowd.Add($"slow handlers, {ms} ms", 100, o => o with
            {
                Mode = LoadMode.Slow,
                Connections = 16,
                Path = $"/slow?ms={ms}",
            });
        }

        return crowd;
    }

    private async Task ProveAsync(
        Func<Crowd, Crowd> clients, CancellationToken cancel, params (string Name, string? Value)[] environment)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("r0", cancel, environment);
        var crowd = clients(new Crowd(Stage));
        var releases = await RollOutAsync(HandOvers, crowd, "r0", cancel, environment);
        await crowd.LeaveAsync(releases);

        var status = await Stage.StatusAsync(cancel);
        Assert.That(status.Pool.Generation, Is.EqualTo(HandOvers + 1));
        Assert.That(status.History.Select(one => one.Outcome), Is.EqualTo(Enumerable.Repeat("completed", 1 + HandOvers)));
        await Stage.LeftAsync(releases[..^1], cancel);
    }
}
