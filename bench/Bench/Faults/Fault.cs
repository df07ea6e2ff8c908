using System.Net.Sockets;
using Zerg.Posix;
using Zerg.Stage;

namespace Zerg.Bench.Faults;

/// <param name="Name">What happens.</param>
/// <param name="Happen">Makes it happen, and waits until everything is as it was.</param>
/// <param name="IsLossy">Whether requests are lost by it: to an app that is killed, whoever owns its port.</param>
/// <param name="NeedsManager">Whether a service manager takes part.</param>
internal sealed record Fault(
    string Name, Func<FaultStage, CancellationToken, Task> Happen, bool IsLossy = false, bool NeedsManager = false)
{
    private static readonly TimeSpan s_untilAttached = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(1);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("nothing", (_, cancel) => Task.Delay(s_calm, cancel)),
        new("hand-over", HandOverAsync),
        new("kill -9 of the pool", (stage, cancel) => KillAsync(stage, 1, cancel)),
        new("kill -9, and again within a second", (stage, cancel) => KillAsync(stage, 2, cancel)),
        new("kill -9 during a hand-over", KillDuringHandOverAsync),
        new("upgrade", (stage, cancel) => stage.OrderAsync("upgrade", ExitCodes.Ok, cancel)),
        new("upgrade in a flood of SIGHUP", UpgradeInFloodAsync),
        new("reload: an address more, one less", ReloadAsync),
        new("reload with an error", FailToReloadAsync),
        new("restart by the service manager", RestartAsync, NeedsManager: true),
        new("kill -9 of the launcher", KillLauncherAsync),
        new("kill -9 of the app", KillAppAsync, IsLossy: true),
    ];

    private static Task HandOverAsync(FaultStage stage, CancellationToken cancel) => SettledAsync(
        stage, [stage.Apps.RenewAsync(stage.Pool, cancel), stage.Http2Apps.RenewAsync(stage.Pool, cancel)], cancel);

    private static async Task KillAsync(FaultStage stage, int times, CancellationToken cancel)
    {
        var roster = SupervisedPool.Roster(stage.Pool.Status()!);
        for (var i = 0; i < times; i++)
        {
            var former = stage.Pool.Pid;
            stage.Pool.Kill();
            if (i < times - 1)
                await stage.Pool.StatusAsync(
                    status => status.Pool.Pid != former, FaultStage.Patience, "the pool after a kill", cancel);
            else
                await stage.Pool.RecoveredAsync(former, roster, FaultStage.Patience, cancel);
        }
    }

    private static async Task KillDuringHandOverAsync(FaultStage stage, CancellationToken cancel)
    {
        Task[] renewing = [stage.Apps.RenewAsync(stage.Pool, cancel), stage.Http2Apps.RenewAsync(stage.Pool, cancel)];
        await Task.Delay(s_untilAttached, cancel);
        stage.Pool.Kill();
        await SettledAsync(stage, renewing, cancel);
    }

    private static async Task UpgradeInFloodAsync(FaultStage stage, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var flood = FloodAsync();
        await stage.OrderAsync("upgrade", ExitCodes.Ok, cancel);
        await over.CancelAsync();
        await flood;

        async Task FloodAsync()
        {
            while (!over.IsCancellationRequested)
            {
                stage.Pool.Signal(Signals.SIGHUP);
                await Task.Delay(1, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task ReloadAsync(FaultStage stage, CancellationToken cancel)
    {
        stage.Configure(isMore: true);
        await stage.OrderAsync("reload", ExitCodes.Ok, cancel);
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(stage.Added), cancel);
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray(), cancel);
            if (await socket.ReceiveAsync(new byte[1], cancel) == 0)
                throw new StageException($"{stage.Added} was not answered");
        }

        stage.Configure();
        await stage.OrderAsync("reload", ExitCodes.Ok, cancel);
    }

    private static async Task FailToReloadAsync(FaultStage stage, CancellationToken cancel)
    {
        stage.Configure(isBroken: true);
        await stage.OrderAsync("reload", ExitCodes.Configuration, cancel);
        stage.Configure();
    }

    private static async Task RestartAsync(FaultStage stage, CancellationToken cancel)
    {
        var (former, roster) = (stage.Pool.Pid, SupervisedPool.Roster(stage.Pool.Status()!));
        stage.Pool.Restart();
        await stage.Pool.RecoveredAsync(former, roster, FaultStage.Patience, cancel);
    }

    private static async Task KillLauncherAsync(FaultStage stage, CancellationToken cancel)
    {
        if (stage.Workers is not { } workers)
            return;
        workers.Serving.Signal(Signals.SIGKILL);
        await workers.ReplaceAsync(stage.Pool, cancel);
        await stage.Pool.StatusAsync(
            status => status.Zerglings.Count(one => one.Pool == workers.Path) == 1, FaultStage.Patience,
            "the workers of the dead launcher have left", cancel);
    }

    private static Task KillAppAsync(FaultStage stage, CancellationToken cancel)
    {
        stage.Apps.Serving.Signal(Signals.SIGKILL);
        stage.Http2Apps.Serving.Signal(Signals.SIGKILL);
        return Task.WhenAll(
            stage.Apps.ReplaceAsync(stage.Pool, cancel), stage.Http2Apps.ReplaceAsync(stage.Pool, cancel));
    }

    // Until the last old release has left, every loss had its chance.
    private static async Task SettledAsync(FaultStage stage, Task[] renewing, CancellationToken cancel)
    {
        await Task.WhenAll(renewing);
        foreach (var troupe in new[] { stage.Apps, stage.Http2Apps })
        {
            if (await troupe.SettleAsync(cancel) is [var problem, ..])
                throw new StageException(problem);
        }

        await stage.Pool.StatusAsync(
            status => stage.Apps.IsAlone(status) && stage.Http2Apps.IsAlone(status), FaultStage.Patience,
            "the old releases have left", cancel);
    }
}
