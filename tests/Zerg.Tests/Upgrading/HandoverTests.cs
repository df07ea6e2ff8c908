using Zerg.Tests.Harness;

namespace Zerg.Tests.Upgrading;

/// <summary>A hand-over goes on where it was.</summary>
[Parallelizable]
internal sealed class HandoverTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task In_every_phase(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        var old = await pool.ServeAsync(cancel, "v1", "old");
        await using var fresh = await pool.AttachAsync(cancel, "v2", "fresh");
        await using var toldOld = old.OrdersAsync(cancel).GetAsyncEnumerator(cancel);
        await using var toldFresh = fresh.OrdersAsync(cancel).GetAsyncEnumerator(cancel);
        await pool.StateAsync(2, "starting", cancel);
        await InPhaseAsync("starting");

        await fresh.ReadyAsync(cancel);
        Assert.That(await toldFresh.MoveNextAsync(), Is.True);
        Assert.That(toldFresh.Current, Is.InstanceOf<ZergOrder.Resume>());
        await InPhaseAsync("switching");

        await fresh.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);
        do
            Assert.That(await toldOld.MoveNextAsync(), Is.True);
        while (toldOld.Current is not ZergOrder.Drain);
        await InPhaseAsync("draining");

        await old.ReportAsync(new ZergReport(ZerglingState.Draining), cancel);
        await pool.StateAsync(1, "draining", cancel);
        await InPhaseAsync(null);
        await old.ByeAsync("drained", cancel);
        await old.DisposeAsync();
        await pool.StateAsync(1, "gone", cancel);

        var status = await pool.StatusAsync(cancel);
        Assert.That(status.GetProperty("pool").GetProperty("generation").GetInt32(), Is.EqualTo(2));
        var record = status.GetProperty("history")[0];
        Assert.That(record.GetProperty("outcome").GetString(), Is.EqualTo("completed"));
        Assert.That(record.GetProperty("from")[0].GetInt32(), Is.EqualTo(1));

        // A release that was replaced is remembered as well.
        await using var back = await pool.AttachAsync(cancel, "v1");
        var stop = await back.OrdersAsync(cancel).OfType<ZergOrder.Stop>().FirstAsync(cancel);
        Assert.That(stop.ExitCode, Is.EqualTo(ExitCodes.TryAgain));

        async Task InPhaseAsync(string? phase)
        {
            await IsAsync();
            await pool.UpgradedAsync(cancel);
            await IsAsync();

            async Task IsAsync()
            {
                var handover = (await pool.StatusAsync(cancel)).TryGetProperty("handover", out var found)
                    && found.ValueKind == System.Text.Json.JsonValueKind.Object
                        ? found.GetProperty("phase").GetString() : null;
                Assert.That(handover, Is.EqualTo(phase));
            }
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Its_deadlines_go_on(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--ready-timeout", "8");
        await using var client = await pool.AttachAsync(cancel);
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(6))
            await pool.UpgradedAsync(cancel);
        var upgraded = TimeProvider.System.GetTimestamp();
        var stop = await client.OrdersAsync(cancel).OfType<ZergOrder.Stop>().FirstAsync(cancel);
        Assert.That(stop.Reason, Does.Contain("not ready within 8 s"));

        // Three seconds at most; eight if its time began anew with each image.
        Assert.That(TimeProvider.System.GetElapsedTime(upgraded), Is.LessThan(TimeSpan.FromSeconds(7)));
    }
}
