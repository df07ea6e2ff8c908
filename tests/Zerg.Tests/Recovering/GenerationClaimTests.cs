using Mono.Unix.Native;
using Zerg.Protocol;
using Zerg.Tests.Harness;
using ZergPool.Recovering;

namespace Zerg.Tests.Recovering;

/// <summary>A pool comes back and hears of generations that nobody ever served: attaching and hand-overs go on.</summary>
[Parallelizable]
internal sealed class GenerationClaimTests
{
    private const int Most = FrameBounds.MaxGeneration;

    [TestCase(5, 5, null, false, null)]
    [TestCase(6, 5, null, false, "this pool has come to 5")]
    [TestCase(6, 5, 5, false, "this pool has come to 5")]
    [TestCase(6, 5, 5, true, null)]
    [TestCase(7, 5, 5, true, "the pool before this one had come to 5")]
    [TestCase(7, 7, 5, true, null)]
    [TestCase(Most, 5, 5, true, "the pool before this one had come to 5")]
    [TestCase(Most, 0, null, true, null)]
    public void A_claim_is_believed_as_far_as_nothing_tells_better(
        int claimed, int known, int? recorded, bool mayHaveServed, string? reason)
        => Assert.That(
            GenerationClaim.WhyNot(claimed, known, recorded, mayHaveServed),
            reason is null ? Is.Null : Is.EqualTo($"it says that it serves generation {claimed}, and {reason}"));

    [Test]
    [CancelAfter(60_000)]
    public async Task Beyond_the_record_of_the_pool_before_it_is_refused(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        string[] options = ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0", "--metrics", "DIR/metrics.sock"];
        await using var first = await PoolProcess.StartInAsync(directory.Path, options, null, cancel);
        using (var before = await RawPeer.GreetedAsync(first.Path, cancel))
        {
            await before.HelloAsync(cancel, "r1");
            await ServeAsync(first, before, 1, cancel);
            await KillAsync(first, cancel);
        }

        await using var second = await PoolProcess.StartInAsync(directory.Path, options, null, cancel);
        foreach (var (claim, reason) in new[]
        {
            (int.MaxValue, "hello generation is 2147483647, must be 0 to 1000000000"),
            (-1, "hello generation is -1, must be 0 to 1000000000"),
            (Most, $"it says that it serves generation {Most}, and the pool before this one had come to 1"),
        })
        {
            using var liar = await RawPeer.GreetedAsync(second.Path, cancel);
            await liar.SendAsync(Returned("evil", claim, 5), cancel);
            Proof.Refused(await liar.FrameAsync(cancel), Is.EqualTo(new StopFrame { Reason = reason, ExitCode = 77 }));
            await second.WaitForLineAsync($"dropped: {reason}", cancel);
        }

        Assert.That(
            (await Observing.Scrape.OfAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(directory.File("metrics.sock")), cancel))
                ["zergpool_refusals_total", ("reason", "claim")],
            Is.EqualTo(3));
        using var back = await RawPeer.GreetedAsync(second.Path, cancel);
        await back.SendAsync(Returned("r1", 1, 1), cancel);
        await FrameAsync<WelcomeFrame>(back, cancel);
        using var next = await RawPeer.GreetedAsync(second.Path, cancel);
        await next.HelloAsync(cancel, "r2");
        await ServeAsync(second, next, 2, cancel);
        await FrameAsync<DrainFrame>(back, cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Without_a_record_hand_overs_go_on_at_the_highest_there_is(CancellationToken cancel)
    {
        var name = $"@zp-claim-{Guid.NewGuid():N}";
        await using var first = await PoolProcess.StartInAsync(
            null, ["--zerg-pool", $"{name}:127.0.0.1:0", "--control", "DIR/pool.sock.ctl"], null, cancel);
        using var peer = await RawPeer.ConnectAsync(name, cancel);
        using var held = peer.Descriptors(Greeting.Read(await peer.BytesAsync(Greeting.Length, cancel))).Single();
        await peer.HelloAsync(cancel, "r1");
        var sockets = (await FrameAsync<WelcomeFrame>(peer, cancel)).Sockets;
        await KillAsync(first, cancel);

        await using var second = Launch(name, sockets.Single().Address);
        using var liar = await ReturnAsync(name, "evil", cancel);
        await liar.OfferAsync(sockets, [held], cancel);
        await FrameAsync<WelcomeFrame>(liar, cancel);
        using var heir = await RawPeer.GreetedAsync(name, cancel);
        await heir.HelloAsync(cancel, "r2");
        await ServeAsync(second, heir, Most, cancel);
        await FrameAsync<DrainFrame>(liar, cancel);
        liar.Dispose();
        using (var third = await RawPeer.GreetedAsync(name, cancel))
        {
            await third.HelloAsync(cancel, "r3");
            await ServeAsync(second, third, Most, cancel);
            await FrameAsync<DrainFrame>(heir, cancel);
            heir.Dispose();
            await KillAsync(second, cancel);
        }

        // The next pool hears it from who served, and hands over all the same.
        await using var last = Launch(name, sockets.Single().Address);
        using var back = await ReturnAsync(name, "r3", cancel);
        await back.OfferAsync(sockets, [held], cancel);
        await FrameAsync<WelcomeFrame>(back, cancel);
        using var fourth = await RawPeer.GreetedAsync(name, cancel);
        await fourth.HelloAsync(cancel, "r4");
        await ServeAsync(last, fourth, Most, cancel);
        await FrameAsync<DrainFrame>(back, cancel);
    }

    [TestCase("""{"generation":-5,"release":"r1","lastId":3,"sockets":[]}""", "generation is -5, must be 0 to 1000000000")]
    [TestCase("""{"generation":2147483647,"release":"r1","lastId":2147483647,"sockets":[]}""", "generation is 2147483647, must be 0 to 1000000000")]
    [TestCase("""{"generation":"many"}""", "")]
    [CancelAfter(60_000)]
    public async Task A_record_that_cannot_be_right_is_ignored_with_a_line(string record, string reason, CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("pool.sock.lock", $"1         \n{record}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var pool = await StartAsync(directory, cancel);
        Proof.Refused(
            pool.Process.Lines,
            Has.One.Contains($"/pool.sock.lock: what the pool before left cannot be right: {reason}").And.Contains(", ignoring"));
        await HandOverAsync(pool, 1, cancel);
        await KillAsync(pool, cancel);

        await using var next = await StartAsync(directory, cancel);
        Assert.That(next.Process.Count("cannot be right"), Is.Zero);
        Assert.That((await next.StatusAsync(cancel)).GetProperty("pool").GetProperty("generation").GetInt32(), Is.EqualTo(2));
        await HandOverAsync(next, 3, cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_record_that_others_may_write_is_ignored_with_a_line(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("pool.sock.lock", "1         \n{\"generation\":7,\"release\":\"r1\",\"lastId\":3,\"sockets\":[]}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        await using var pool = await StartAsync(directory, cancel);
        Proof.Refused(pool.Process.Lines, Has.One.Contains("/pool.sock.lock: others than its owner may write it, ignoring"));
        await HandOverAsync(pool, 1, cancel);
    }

    private static Task<PoolProcess> StartAsync(TemporaryDirectory directory, CancellationToken cancel)
        => PoolProcess.StartInAsync(directory.Path, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0"], null, cancel);

    private static PoolProcess Launch(string name, string address)
        => PoolProcess.Launch(null, ["--zerg-pool", $"{name}:{address}", "--control", "DIR/pool.sock.ctl", "--recover-timeout", "30s"]);

    // Two releases, one after the other.
    private static async Task HandOverAsync(PoolProcess pool, int generation, CancellationToken cancel)
    {
        using var first = await RawPeer.GreetedAsync(pool.Path, cancel);
        await first.HelloAsync(cancel, $"r{generation}");
        await ServeAsync(pool, first, generation, cancel);
        using var second = await RawPeer.GreetedAsync(pool.Path, cancel);
        await second.HelloAsync(cancel, $"r{generation + 1}");
        await ServeAsync(pool, second, generation + 1, cancel);
        await FrameAsync<DrainFrame>(first, cancel);
    }

    private static async Task ServeAsync(PoolProcess pool, RawPeer peer, int generation, CancellationToken cancel)
    {
        var id = (await FrameAsync<WelcomeFrame>(peer, cancel)).Session;
        await peer.SendAsync(new ReadyFrame(), cancel);
        Assert.That((await FrameAsync<ResumeFrame>(peer, cancel)).Generation, Is.EqualTo(generation));
        await peer.SendAsync(new StateFrame { State = ZerglingState.Accepting }, cancel);
        await pool.StateAsync(id, "accepting", cancel);
    }

    private static async Task<RawPeer> ReturnAsync(string name, string release, CancellationToken cancel)
    {
        // The pool may not listen yet.
        RawPeer? peer = null;
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    peer = await RawPeer.ConnectAsync(name, cancel);
                    return true;
                }
                catch (System.Net.Sockets.SocketException)
                {
                    return false;
                }
            },
            () => "the pool does not listen", cancel);
        await peer!.SendAsync(Returned(release, Most, Most), cancel);
        Assert.That(Greeting.Read(await peer.BytesAsync(Greeting.Length, cancel)), Is.Zero);
        return peer;
    }

    private static HelloFrame Returned(string release, int generation, int session) => new()
    {
        Protocol = FrameChannel.ProtocolVersion,
        Role = ZerglingRole.App,
        Release = release,
        State = ZerglingState.Accepting,
        Generation = generation,
        Session = session,
    };

    private static async Task<T> FrameAsync<T>(RawPeer peer, CancellationToken cancel)
        where T : Frame
    {
        while (true)
        {
            var frame = await peer.FrameAsync(cancel);
            Assert.That(frame, Is.Not.Null.And.Not.TypeOf<StopFrame>());
            if (frame is T wanted)
                return wanted;
        }
    }

    private static async Task KillAsync(PoolProcess pool, CancellationToken cancel)
    {
        pool.Process.Signal(Signum.SIGKILL);
        await pool.Process.ExitAsync(cancel);
    }
}
