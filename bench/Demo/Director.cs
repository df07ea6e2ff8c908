using System.Diagnostics;
using Zerg.Stage;

namespace Zerg.Demo;

/// <summary>Brings out one release after the other while the load goes on.</summary>
internal sealed class Director(DemoOptions options, Journal journal, Camera camera) : IAsyncDisposable
{
    private static readonly TimeSpan s_drainIdle = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_handoverLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_drainLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_afterglow = TimeSpan.FromSeconds(0.8);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<HelloApp> _apps = [];
    private readonly List<Task> _leaving = [];
    private readonly List<string> _problems = [];
    private PoolProcess? _pool;
    private LoadMix? _load;
    private HelloApp? _serving;
    private int _handOvers;

    public async Task<Verdict> RunAsync(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        _load = new LoadMix(_pool!.EndPoint, options.Rate);
        if (await _load.WarmUpAsync(cancel) is > 0 and var lost)
            Blame($"{lost} requests were lost before anything was handed over");
        cancel.ThrowIfCancellationRequested();
        _load.Start();
        camera.Watch(_pool, _load);
        journal.Add($"load begins: {_load.Describe()}");

        var plan = Rollout.Plan(options.HandOvers);
        var pace = (options.Length - s_drainIdle - s_afterglow) / (plan.Count + 1);
        var due = Stopwatch.StartNew();
        for (var i = 0; i < plan.Count; i++)
        {
            if (pace * (i + 0.5) - due.Elapsed is { Ticks: > 0 } rest)
                await Task.Delay(rest, cancel);
            await RollOutAsync(plan[i], cancel);
            camera.HandOvers = _handOvers;
        }

        // Only when the last old one is gone has every loss had its chance.
        await Task.WhenAll(_leaving).WaitAsync(s_drainLimit, cancel)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        if (!_leaving.TrueForAll(task => task.IsCompleted))
            Blame($"an old release was still there {s_drainLimit.TotalSeconds:0} s after the last hand-over");
        await Task.Delay(s_afterglow, cancel);
        return new Verdict(await _load.StopAsync().WaitAsync(cancel), _handOvers, _problems);
    }

    public async ValueTask DisposeAsync()
    {
        _load?.End();
        await Task.WhenAll(_apps.Select(app => app.DisposeAsync().AsTask()));
        if (_pool is not null)
            await _pool.DisposeAsync();
        _load?.Dispose();
        _directory.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        _pool = await PoolProcess.StartAsync(ProgramFile.Pool, _directory.Path, null, cancel);
        journal.Add($"the pool (pid {_pool.Child.Pid}) owns {_pool.EndPoint}");
        _serving = Start(new Rollout("v1", null));
        await _pool.ServingAsync(_serving, cancel);
        journal.Add("v1 serves", Tone.Good);
    }

    private HelloApp Start(Rollout rollout)
    {
        var app = HelloApp.Attach(_pool!.Path, rollout.Release, s_drainIdle, rollout.Failure);
        _apps.Add(app);
        return app;
    }

    private async Task RollOutAsync(Rollout rollout, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var app = Start(rollout);
        journal.Add($"{rollout.Release} starts (pid {app.Child.Pid})");
        var end = await _pool!.HandoverAsync(app, cancel).WaitAsync(s_handoverLimit, cancel);
        var old = _serving!;
        if (end.Problem is { } problem)
        {
            journal.Add($"{rollout.Release} failed: {problem}; {old.Release} serves on", Tone.Bad);
            camera.Refuse(rollout.Release);
            if (rollout.Failure is null)
                Blame($"{rollout.Release} did not take over: {problem}");
            return;
        }

        journal.Add(
            $"{rollout.Release} took over {watch.Elapsed.TotalSeconds:0.0} s after its start; {old.Release} drains",
            Tone.Good);
        if (rollout.Failure is not null)
            Blame($"{rollout.Release} is broken and took over nevertheless");
        _handOvers++;
        _serving = app;
        _leaving.Add(SeeOffAsync(old));
    }

    private async Task SeeOffAsync(HelloApp old)
    {
        var watch = Stopwatch.StartNew();
        var status = await old.Child.Exited;
        if (status == 0)
            journal.Add($"{old.Release} left after {watch.Elapsed.TotalSeconds:0.0} s of draining");
        else
            Blame($"{old.Release} drained and then exited with status {status}");
    }

    private void Blame(string problem)
    {
        lock (_problems)
            _problems.Add(problem);
        journal.Add(problem, Tone.Bad);
    }
}
