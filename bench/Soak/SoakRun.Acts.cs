using System.Net.Sockets;
using System.Text;
using Zerg.Stage;

namespace Zerg.Soak;

/// <content>What is done to the pool besides hand-overs, and what has to be so afterwards.</content>
internal sealed partial class SoakRun
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private async Task DisturbAsync(ActKind kind, bool isAlone, CancellationToken cancel)
    {
        if (isAlone)
            await SettleAsync(cancel);
        var before = isAlone ? SupervisedPool.Roster(_pool!.Status()!) : null;
        var pid = _pool!.Pid;
        switch (kind)
        {
            case ActKind.Kill:
                _pool.Kill();
                await _pool.StatusAsync(status => status.Pool.Pid != pid && SupervisedPool.IsComplete(status), s_patience,
                    "the pool that comes after a kill", cancel);
                break;
            case ActKind.Upgrade:
                await OrderAsync("upgrade", ExitCodes.Ok, cancel);
                if (_pool.Pid != pid)
                    throw new StageException($"an upgrade made pid {_pool.Pid} of {pid}");
                break;
            case ActKind.Reload:
                await ReloadAsync(cancel);
                break;
        }

        if (before is not null)
        {
            await _pool.StatusAsync(
                status => SupervisedPool.Roster(status).SequenceEqual(before), s_patience,
                $"after a {kind} the roster of before ({string.Join(", ", before)})", cancel);
        }

        Done(kind, isAlone ? "" : " during a hand-over");
    }

    private async Task ReloadAsync(CancellationToken cancel)
    {
        var isGood = _settings!.Step();
        await File.WriteAllTextAsync(_pool!.Configuration, $"{_settings}", cancel);
        await OrderAsync("reload", isGood ? ExitCodes.Ok : ExitCodes.Configuration, cancel);
        if (!isGood)
        {
            _settings.Mend();
            await File.WriteAllTextAsync(_pool.Configuration, $"{_settings}", cancel);
        }

        if (_settings.Added is { } path && (_workers is not null || path.Contains("apps", StringComparison.Ordinal)))
            await AskAsync(path, cancel);
    }

    private async Task OrderAsync(string command, int expected, CancellationToken cancel)
    {
        var (exitCode, message) = await _pool!.OrderAsync(command, cancel).WaitAsync(s_patience, cancel);
        if (exitCode != expected)
            throw new StageException($"zergpool {command} exited with {exitCode}, not {expected}: {message}");
    }

    // Whoever connects to a new socket is answered, as soon as somebody listens on it: until then it waits.
    private static async Task AskAsync(string path, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        over.CancelAfter(s_patience);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), over.Token);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Get), over.Token);
        using var reader = new StreamReader(stream);
        if (await reader.ReadLineAsync(over.Token) is not "HTTP/1.1 200 OK" and var line)
            throw new StageException($"{path}, a moment after it came, answered '{line}'");
    }

    private async Task SettleAsync(CancellationToken cancel)
    {
        foreach (var troupe in new[] { _apps, _workers })
        {
            if (troupe is not null)
                Check(await troupe.SettleAsync(cancel));
        }

        await _pool!.StatusAsync(
            status => _apps!.IsAlone(status) && _workers?.IsAlone(status) != false && SupervisedPool.IsComplete(status), s_patience,
            $"{Progress()}: one zergling in each pool, generation {_apps!.Generation} and {_workers?.Generation}", cancel);
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        await SettleAsync(cancel);

        // Reports of workers that came and went a moment ago are on their way.
        List<string> problems = [];
        for (var tries = 0; tries < 50; tries++)
        {
            problems = [.. RosterCheck.Problems(_pool!.Status()!)];
            if (problems.Count == 0)
                break;
            await Task.Delay(100, cancel);
        }

        Check(problems);

        // What has grown is there in every look; a connection that asked for the status a moment ago is not.
        var figures = ProcessFigures.Of(_pool!.Pid);
        for (var again = 0; again < 20; again++)
        {
            await Task.Delay(50, cancel);
            if (ProcessFigures.Of(_pool.Pid) is var later && later.Descriptors < figures.Descriptors)
                figures = later;
        }

        _looks.Add(new Look(
            _done[ActKind.HandOver], _done[ActKind.Kill], _pool.Status()!.Sockets.Count, figures));
        if (figures.Zombies > 0)
            throw new StageException($"after {Progress()}: {figures.Zombies} zombies of the pool");
        say($"{_watch.Elapsed:mm\\:ss} {Progress()}; {_load!.Requests} requests, {_load.Lost} lost; "
            + $"the pool: {_looks[^1].Descriptors} descriptors, {figures.Threads} threads, PSS {figures.Pss} KiB");
    }
}
