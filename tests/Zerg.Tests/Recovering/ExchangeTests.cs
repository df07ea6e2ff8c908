using Mono.Unix.Native;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Recovering;

/// <summary>A pool is killed when it has told a canary to accept and does not know yet whether it does.</summary>
[Parallelizable]
internal sealed class ExchangeTests
{
    [TestCase(ZerglingState.Accepting, "baking", TestName = "Who_has_heard_of_it_is_a_canary")]
    [TestCase(ZerglingState.Paused, "switching", TestName = "Who_has_not_is_told_again")]
    [CancelAfter(60_000)]
    public async Task It_goes_on(ZerglingState state, string phase, CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        await using var first = await StartAsync(directory, cancel);
        using var old = await AttachAsync(first, "r1", cancel);
        await ResumedAsync(old, cancel);
        await old.SendAsync(new StateFrame { State = ZerglingState.Accepting }, cancel);
        await first.StateAsync(1, "accepting", cancel);
        using var canary = await AttachAsync(first, "r2", cancel);
        await ResumedAsync(canary, cancel);
        first.Process.Signal(Signum.SIGKILL);
        await first.Process.ExitAsync(cancel);

        await using var second = await StartAsync(directory, cancel);
        using var newAgain = await ReturnAsync(second, 2, "r2", state, state == ZerglingState.Accepting ? 1 : 0, cancel);
        using var oldAgain = await ReturnAsync(second, 1, "r1", ZerglingState.Accepting, 1, cancel);
        await PoolProcess.UntilAsync(
            async () => (await second.StatusAsync(cancel)).TryGetProperty("handover", out var handover)
                && handover.ValueKind == System.Text.Json.JsonValueKind.Object && handover.GetProperty("phase").GetString() == phase,
            cancel);
        Assert.That(await second.StateOfAsync(1, cancel), Is.EqualTo("accepting"));
    }

    private static Task<PoolProcess> StartAsync(TemporaryDirectory directory, CancellationToken cancel)
        => PoolProcess.StartInAsync(
            directory.Path, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0", "--strategy", "canary", "--bake", "60s"], null, cancel);

    private static async Task<RawPeer> AttachAsync(PoolProcess pool, string release, CancellationToken cancel)
    {
        var peer = await RawPeer.GreetedAsync(pool.Path, cancel);
        await peer.HelloAsync(cancel, release);
        await peer.SendAsync(new ReadyFrame(), cancel);
        return peer;
    }

    private static async Task ResumedAsync(RawPeer peer, CancellationToken cancel)
    {
        while (await peer.FrameAsync(cancel) is var frame and not ResumeFrame)
            Assert.That(frame, Is.Not.Null, "the pool ended the session");
    }

    private static async Task<RawPeer> ReturnAsync(
        PoolProcess pool, int session, string release, ZerglingState state, int generation, CancellationToken cancel)
    {
        var peer = await RawPeer.GreetedAsync(pool.Path, cancel);
        await peer.SendAsync(
            new HelloFrame
            {
                Protocol = FrameChannel.ProtocolVersion,
                Role = ZerglingRole.App,
                Release = release,
                State = state,
                Generation = generation,
                Session = session,
            },
            cancel);
        return peer;
    }
}
