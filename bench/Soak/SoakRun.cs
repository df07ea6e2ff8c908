using System.Diagnostics;
using Zerg.Stage;

namespace Zerg.Soak;

/// <summary>Does everything to a pool that may be done to it, and looks at what is left.</summary>
internal sealed partial class SoakRun(SoakOptions options, Action<string> say) : IAsyncDisposable
{
    private const int LaunchedEach = 8;
    private const int LookEach = 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_drainIdle = TimeSpan.FromSeconds(1.5);

    private readonly TemporaryDirectory _directory = new();
    private readonly Random _random = new(options.Seed);
    private readonly Stopwatch _watch = new();
    private readonly ProgramFile _program = (options.Built ? null : ProgramFile.NativePool) ?? ProgramFile.Pool;
    private readonly ProgramFile _launcher = (options.Built ? null : ProgramFile.NativeLauncher) ?? ProgramFile.Launcher;
    private readonly ProgramFile? _gunicorn = ProgramFile.Find("gunicorn");
    private readonly Dictionary<ActKind, int> _done = Enum.GetValues<ActKind>().ToDictionary(kind => kind, _ => 0);
    private readonly List<Look> _looks = [];
    private Settings? _settings;
    private SupervisedPool? _pool;
    private Troupe? _apps;
    private Troupe? _workers;
    private Load? _load;

    public bool IsNative => _program == ProgramFile.NativePool;

    /// <exception cref="StageException">Something is lost, or is not as it has to be.</exception>
    /// <exception cref="TimeoutException">Something hangs.</exception>
    public async Task<SoakResult> RunAsync(CancellationToken cancel)
    {
        _watch.Start();
        await OpenAsync(cancel);
        Act? waiting = null;
        var sinceLook = 0;
        foreach (var act in Act.Shuffle(options, _random))
        {
            if (act.Kind != ActKind.HandOver && (act.During is null || waiting is not null))
            {
                await DisturbAsync(act.Kind, isAlone: true, cancel);
            }
            else if (act.Kind != ActKind.HandOver)
            {
                waiting = act;
            }
            else
            {
                await HandOverAsync(waiting, cancel);
                waiting = null;
            }

            if (++sinceLook == LookEach)
            {
                await LookAsync(cancel);
                sinceLook = 0;
            }
        }

        if (waiting is not null)
            await DisturbAsync(waiting.Kind, isAlone: true, cancel);
        await LookAsync(cancel);
        var reports = await _load!.EndAsync();
        Check(_load.Losses());
        return new SoakResult(_watch.Elapsed, reports, Growth.Of(_looks, IsNative), _looks.Count);
    }

    /// <summary>Says what the pool said last, for whoever has to find out why it failed.</summary>
    public void Tell()
    {
        foreach (var line in _pool?.Lines.TakeLast(40) ?? [])
            say("    " + line);
    }

    public async ValueTask DisposeAsync()
    {
        if (_load is not null)
            await _load.DisposeAsync();
        foreach (var troupe in new[] { _apps, _workers })
        {
            if (troupe is not null)
                await troupe.DisposeAsync();
        }

        if (_pool is not null)
            await _pool.DisposeAsync();
        _directory.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        _settings = new Settings(_directory.Path);
        _pool = await SupervisedPool.StartAsync(
            _program, _directory.Write("pool.yml", $"{_settings}"), _settings.AppPool, cancel);
        _apps = new Troupe(
            _settings.AppPool, release => HelloApp.Attach(_settings.AppPool, release, s_drainIdle).Child);
        await _apps.RenewAsync(_pool, cancel);
        if (_gunicorn is not null)
        {
            _workers = new Troupe(_settings.WorkerPool, release => LaunchedApp.Attach(
                _launcher, _gunicorn, _settings.WorkerPool, release, _directory).Child);
            await _workers.RenewAsync(_pool, cancel);
        }
        else
        {
            say("gunicorn is not installed: no launcher takes part");
        }

        var status = _pool.Status()!;
        _load = new Load(_apps.EndPointIn(status), _workers?.EndPointIn(status));
        say($"pool, pid {_pool.Pid}, {(IsNative ? "Native AOT" : "JIT")}; seed {options.Seed}");
    }

    private async Task HandOverAsync(Act? meanwhile, CancellationToken cancel)
    {
        var troupe = _workers is not null && _random.Next(LaunchedEach) == 0 ? _workers : _apps!;
        var renewing = troupe.RenewAsync(_pool!, cancel);
        try
        {
            if (meanwhile is { During: { } after })
            {
                await Task.Delay(after, cancel);
                await DisturbAsync(meanwhile.Kind, isAlone: false, cancel);
            }
        }
        finally
        {
            await renewing;
        }

        Done(ActKind.HandOver, meanwhile is null ? "" : $" while the pool met with a {meanwhile.Kind}");
    }

    private void Done(ActKind kind, string how)
    {
        _done[kind]++;
        if (_load!.Lost > 0)
            throw new StageException($"after {kind} number {_done[kind]}{how}: {string.Join("; ", _load.Losses())}");
    }

    /// <exception cref="StageException">There are problems.</exception>
    private void Check(IEnumerable<string> problems)
    {
        var all = problems.ToList();
        if (all.Count > 0)
            throw new StageException($"after {Progress()}: {string.Join("; ", all)}");
    }

    private string Progress() =>
        $"{_done[ActKind.HandOver]} hand-overs, {_done[ActKind.Kill]} kills, {_done[ActKind.Upgrade]} upgrades, "
        + $"{_done[ActKind.Reload]} reloads";
}
