using ZergPool.Control;

namespace Zerg.Stage;

/// <summary>A pool with a configuration file, started again each time it is killed, as a service manager would.</summary>
internal sealed class SupervisedPool : IAsyncDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);

    private readonly ProgramFile _program;
    private readonly ProgramFile _start;
    private readonly IReadOnlyDictionary<string, string?>? _environment;
    private readonly LineLog _lines = new();
    private readonly TaskCompletionSource<StageException> _gaveUp = new();
    private volatile Child _child;
    private volatile bool _restarting;
    private volatile bool _stopping;
    private Task _supervising = Task.CompletedTask;

    private SupervisedPool(
        ProgramFile program, string configuration, string path, IReadOnlyDictionary<string, string?>? environment,
        IReadOnlyList<string> prefix)
    {
        (_program, _environment, Configuration, Path) = (program, environment, configuration, path);
        _start = prefix.Count == 0
            ? program
            : new ProgramFile(prefix[0], [.. prefix.Skip(1), program.Program, .. program.Arguments]);
        _child = StartChild();
    }

    /// <summary>The file it reads.</summary>
    public string Configuration { get; }

    /// <summary>The first path that zerglings attach to; orders go to the socket beside it.</summary>
    public string Path { get; }

    public int Pid => _child.Pid;

    /// <summary>Every line of every life of it.</summary>
    public IReadOnlyList<string> Lines => _lines.Lines;

    /// <summary>Whether it has every socket that it passes on.</summary>
    public static bool IsComplete(StatusDocument status) => status.Sockets.All(socket => socket.State == "held");

    /// <summary>Who is attached, a line each: what has to be the same after whatever happens to a pool.</summary>
    public static IReadOnlyList<string> Roster(StatusDocument status) =>
        [.. status.Zerglings.Select(one => $"{one.Id} {one.Release} {one.Generation} {one.State}")];

    /// <param name="program">The pool.</param>
    /// <param name="configuration">Its file.</param>
    /// <param name="path">The first path of it.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <param name="environment">What it is to find besides.</param>
    /// <param name="prefix">A command that executes the one behind it.</param>
    public static async Task<SupervisedPool> StartAsync(
        ProgramFile program, string configuration, string path, CancellationToken cancel,
        IReadOnlyDictionary<string, string?>? environment = null, params IReadOnlyList<string> prefix)
    {
        var pool = new SupervisedPool(program, configuration, path, environment, prefix);
        try
        {
            await pool._child.LineAsync(" holds ", cancel);
            pool._supervising = pool.SuperviseAsync();
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    /// <summary>The whole state; null when no pool answers.</summary>
    public StatusDocument? Status() =>
        ControlClient.Ask(Path + ".ctl", new ControlRequest { Command = "status" }).Status;

    /// <summary>Looks at the state until it is as wanted.</summary>
    /// <exception cref="StageException">The pool ended otherwise than by SIGKILL.</exception>
    /// <exception cref="TimeoutException">It did not come to that.</exception>
    public async Task<StatusDocument> StatusAsync(
        Func<StatusDocument, bool> isThere, TimeSpan patience, string what, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(s_look);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        over.CancelAfter(patience);
        StatusDocument? last = null;
        try
        {
            while (true)
            {
                if (_gaveUp.Task.IsCompleted)
                    throw await _gaveUp.Task;
                if (await Task.Run(Status, over.Token) is { } status && isThere(last = status))
                    return status;
                await timer.WaitForNextTickAsync(over.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"{what}: not within {patience.TotalSeconds:0} s; {Describe(last)}");
        }
    }

    /// <summary>SIGKILL; the next one is started at once.</summary>
    public void Kill() => _child.Signal(Posix.Signals.SIGKILL);

    /// <summary>SIGTERM; the next one is started as soon as this one has ended.</summary>
    public void Restart()
    {
        _restarting = true;
        _child.Signal(Posix.Signals.SIGTERM);
    }

    public void Signal(int signal) => _child.Signal(signal);

    /// <summary>Waits for the pool after another one, with every socket and everybody who was there.</summary>
    public Task RecoveredAsync(int former, IReadOnlyList<string> roster, TimeSpan patience, CancellationToken cancel) =>
        StatusAsync(
            status => status.Pool.Pid != former && IsComplete(status) && Roster(status).SequenceEqual(roster), patience,
            $"the pool after pid {former}, with {string.Join(", ", roster)}", cancel);

    /// <summary>Runs a command of the program, as an operator does.</summary>
    public async Task<(int ExitCode, string Message)> OrderAsync(string command, CancellationToken cancel)
    {
        await using var order = Child.Start(_program, [command, "--zerg", Path]);
        var status = await order.OutputEndAsync(cancel);
        return (status, string.Join(' ', order.Lines));
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _child.StopAsync();
        await _supervising;
        await _child.DisposeAsync();
    }

    private static string Describe(StatusDocument? status) => status is null
        ? "no pool answered"
        : "the last state: " + string.Join(", ", status.Zerglings.Select(
            one => $"{one.Id} '{one.Release}' generation {one.Generation} {one.State}"));

    private Child StartChild() => Child.Start(_start, [Configuration], _environment, _lines.Add);

    private async Task SuperviseAsync()
    {
        while (true)
        {
            var former = _child;
            var status = await former.Exited;
            if (_stopping)
                return;
            if (status != 128 + Posix.Signals.SIGKILL && !(_restarting && status == 0))
            {
                _gaveUp.TrySetResult(former.Died($"with status {status}"));
                return;
            }

            _restarting = false;
            _child = StartChild();
            await former.DisposeAsync();
        }
    }
}
