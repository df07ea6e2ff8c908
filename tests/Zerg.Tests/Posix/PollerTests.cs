using Zerg.Posix;

namespace Zerg.Tests.Posix;

internal sealed class PollerTests
{
    [Test, CancelAfter(15_000)]
    public async Task A_callback_that_throws_is_reported_and_the_others_go_on(CancellationToken cancel)
    {
        using var bad = Pipe.Create();
        using var good = Pipe.Create();
        var failed = new List<string>();
        var called = new TaskCompletionSource();
        using var poller = new Poller(problem => failed.Add(problem.Message));
        poller.Add(bad.Read, () => throw new InvalidOperationException("bad"));
        PlainIO.WriteAll(bad.Write.Number, "x"u8);
        poller.Post(() => throw new InvalidOperationException("worse"));
        poller.Post(() => poller.Add(good.Read, () =>
        {
            poller.Remove(good.Read);
            called.SetResult();
        }));
        PlainIO.WriteAll(good.Write.Number, "x"u8);
        await called.Task.WaitAsync(cancel);

        var seen = new TaskCompletionSource<string[]>();
        poller.Post(() => seen.SetResult([.. failed]));
        Assert.That(await seen.Task.WaitAsync(cancel), Is.EquivalentTo(new[] { "bad", "worse" }));
    }
}
