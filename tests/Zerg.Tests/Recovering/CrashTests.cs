using System.Text.Json;
using Mono.Unix.Native;
using Zerg.Tests.AspNetCore;
using Zerg.Tests.Harness;
using Zerg.Tests.Launching;

namespace Zerg.Tests.Recovering;

/// <summary>A pool is killed, its zerglings of every kind serve on, and the next pool has all of them again.</summary>
[Parallelizable]
internal sealed class CrashTests
{
    // Without a file there is no record: what is not offered is lost.
    private readonly string _name = $"@zp-crash-{Guid.NewGuid():N}";

    [Test, CancelAfter(90_000)]
    public async Task Two_apps_and_a_launcher_come_back_with_state_and_generation(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        await using var first = await StartAsync("127.0.0.1:0", cancel);
        List<PoolProcess> pools = [];
        using var app = HelloProcess.Start(["--zerg", _name, "--zerg-release", "r1"]);
        await RosterAsync(first, roster => roster is [var only] && only.EndsWith(" accepting"), cancel);
        using var copy = HelloProcess.Start(["--zerg", _name, "--zerg-release", "r1"]);
        using var spare = HelloProcess.Start(
            ["--zerg", _name, "--zerg-release", "r2", "--zerg-mode", "standby", "--zerg-orphan-grace", "0"]);
        using var launcher = ChildProcess.Start(
            "dotnet",
            [
                ProgramFiles.Zergling, "--zerg", _name, "--release", "r1", "--ready", "notify", "--",
                "/usr/bin/python3", directory.Write("server.py", WorkerScripts.Server),
            ],
            new Dictionary<string, string?> { [ProcessTree.Mark] = directory.Path });
        try
        {
            await RosterAsync(first, roster => roster.Count(one => one.EndsWith(" accepting")) == 3
                && roster.Count(one => one.EndsWith(" standby")) == 1, cancel);
            var before = await RosterAsync(first, _ => true, cancel);
            var sockets = (await first.StatusAsync(cancel)).GetProperty("sockets");
            var address = sockets[0].GetProperty("address").GetString()!;
            var last = first;
            for (var round = 1; round <= 4; round++)
            {
                last = await FollowAsync(last, address, cancel);
                pools.Add(last);
                await RosterAsync(last, roster => roster.SequenceEqual(before), cancel);
            }

            app.Signal(Signum.SIGTERM);
            copy.Signal(Signum.SIGTERM);
            launcher.Signal(Zerg.Posix.Signals.SIGTERM);
            Assert.That(await app.ExitAsync(cancel), Is.Zero);
            Assert.That(await copy.ExitAsync(cancel), Is.Zero);
            Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
            await RosterAsync(last, roster => roster is [var only] && only.EndsWith(" standby"), cancel);
        }
        finally
        {
            ProcessTree.End(launcher.HasExited ? [] : [launcher.Pid], directory.Path);
            foreach (var pool in pools)
                await pool.DisposeAsync();
        }
    }

    // Kills the pool there is, and starts the next.
    private async Task<PoolProcess> FollowAsync(PoolProcess former, string address, CancellationToken cancel)
    {
        former.Process.Signal(Signum.SIGKILL);
        await former.Process.ExitAsync(cancel);
        return await StartAsync(address, cancel);
    }

    // Waits until everybody is as wanted: id, release, generation and state.
    private static async Task<string[]> RosterAsync(
        PoolProcess pool, Func<string[], bool> wanted, CancellationToken cancel)
    {
        string[] roster = [];
        try
        {
            await PoolProcess.UntilAsync(
                async () => wanted(roster = [.. (await pool.ZerglingsAsync(cancel)).Select(Line)]), cancel);
            return roster;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(
                $"the roster is {string.Join(", ", roster)}:\n{string.Join('\n', pool.Process.Lines)}");
        }
    }

    private static string Line(JsonElement zergling) => string.Join(
        ' ', new[] { "id", "release", "generation", "state" }.Select(name => zergling.GetProperty(name)));

    private Task<PoolProcess> StartAsync(string address, CancellationToken cancel) => PoolProcess.StartInAsync(
        null, ["--zerg-pool", $"{_name}:{address}", "--control", "DIR/pool.sock.ctl"], null, cancel);
}
