using System.Globalization;
using Zerg;
using Zerg.Posix;
using ZergPool.Control;
using ZergPool.Roster;
using ZergPool.Upgrading;

namespace ZergPool;

/// <content>
/// Another program takes over in this process: it is asked whether it can, everything that reads from somebody is
/// frozen, what was to be sent is sent, and the image is replaced.
/// </content>
internal sealed partial class Pool
{
    // Nothing but signals, timers and ends of processes can still come, and none of them may hold it up.
    private const int MaxLate = 1000;

    private const string ToldToStop = "the pool is told to stop";

    // In parts: while the machine stands still one of them goes by, and not all.
    private const int FlushParts = 10;

    private static readonly TimeSpan s_flushPart = TimeSpan.FromMilliseconds(100);

    private readonly DateTimeOffset _imageStarted;
    private CancellationTokenSource _freezing = new();
    private readonly List<PoolEvent> _late = [];
    private Invocation? _invocation;
    private Entrances? _entrances;
    private CurrentUpgrade? _upgrade;

    /// <summary>Opens the entrances; from now on the pool can be upgraded.</summary>
    public void Open(Entrances entrances, Invocation invocation)
    {
        _entrances = entrances;
        _invocation = invocation;
        entrances.Open(_freezing.Token);
    }

    /// <summary>Closes them.</summary>
    public void Close() => _freezing.Cancel();

    private IEnumerable<Session> Sessions
        => _handshakes.Concat(_roster.Values.Select(one => one.Session).OfType<Session>());

    private void Upgrade(PoolEvent.Commanded commanded)
    {
        var (request, peer) = (commanded.Request, commanded.Peer);
        Log.UpgradeOrdered(_log, request.Binary ?? "its own path", peer.Uid, peer.Pid);
        if (request.Binary is { } binary && !Path.IsPathFullyQualified(binary))
            Answer(commanded, ExitCodes.Usage, $"'{binary}' is no absolute path");
        else if (WhyNotNow() is { } reason)
            Answer(commanded, ExitCodes.TryAgain, reason);
        else
            BeginUpgrade(request.Binary, commanded.Reply);
    }

    private void UpgradeBySignal()
    {
        if (WhyNotNow() is { } reason)
            Log.NotUpgraded(_log, reason);
        else
            BeginUpgrade(null, null);
    }

    private string? WhyNotNow()
    {
        if (_isEnding)
            return ToldToStop;
        if (_upgrade is not null)
            return "an upgrade is under way";
        if (!_table.IsComplete)
            return "the pool does not have all its sockets back yet";
        return _table.Shared is [var shared, ..]
            ? $"'{shared.Spec.Address}' is adopted, and {FormerServer} still runs: retire it first" : null;
    }

    private void BeginUpgrade(string? binary, TaskCompletionSource<ControlReply>? reply)
    {
        if (_invocation is not { } invocation)
            return;
        _upgrade = new CurrentUpgrade(reply);
        if (binary is not null)
            invocation = invocation.With(binary);
        var options = _options;
        _ = Task.Run(() => Events.TryWrite(new PoolEvent.Checked(SuccessorCheck.Ask(invocation, options))));
    }

    private void GoOn(Successor successor)
    {
        if (successor.Problem is { } problem)
        {
            GiveUp(problem, successor.ExitCode);
            return;
        }

        if (_isEnding)
        {
            GiveUp(ToldToStop, ExitCodes.System);
            return;
        }

        if (!successor.ReadsState)
            Log.StateUnreadable(_log, successor.Version);
        _upgrade = _upgrade! with { Successor = successor };
        _manager.Reloading($"upgrading to {successor.Version}");
        _freezing.Cancel();
        Await(_entrances!.FrozenAsync());
    }

    // Everything before it in the queue has been dealt with when this event comes; whatever that has brought is next.
    private void Await(Task rest) => rest.ContinueWith(
        _ => Events.TryWrite(new PoolEvent.Frozen()), CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private async Task FrozenAsync()
    {
        try
        {
            await ReplaceAsync();
        }
        catch (Exception failure)
        {
            // A pool that stays frozen serves nobody any more.
            Thaw();
            GiveUp(failure is IOException ? failure.Message : $"{failure}", ExitCodes.System);
        }
    }

    private async Task ReplaceAsync()
    {
        if (Sessions.Any(session => !session.Running.IsCompleted))
        {
            Await(Task.WhenAll(Sessions.Select(session => session.Running)));
            return;
        }

        // The next image would know nothing of it, and launchers that leave have something to say.
        if (_isEnding)
        {
            GiveWayToStop();
            return;
        }

        for (var left = MaxLate; left > 0 && _events.Reader.TryRead(out var happened); left--)
        {
            if (IsStop(happened))
            {
                GiveWayToStop();
                return;
            }

            await DealAsync(happened);
        }

        await FlushAsync();
        Execute(_upgrade!.Successor!);
    }

    // Of what comes after everything is sent, only a stop counts. The rest comes again: time goes on, a process that
    // has ended stays so, and the next image reads the configuration by itself.
    private bool IsToStop()
    {
        while (_events.Reader.TryRead(out var late))
        {
            if (IsStop(late))
                return true;
            _late.Add(late);
        }

        return false;
    }

    // A stop wins: the loop reads it next.
    private bool IsStop(PoolEvent happened)
        => happened is PoolEvent.Stopped && Events.TryWrite(happened);

    // Who takes nothing is let go, and whatever that brings is sent as well.
    private async Task FlushAsync()
    {
        while (true)
        {
            var deadline = FlushPatienceAsync();
            var sessions = Sessions.ToList();
            var flushed = await Task.WhenAll(sessions.Select(session => session.FlushAsync(deadline)));
            var stuck = sessions.Zip(flushed).Where(pair => !pair.Second).Select(pair => pair.First).ToList();
            if (stuck.Count == 0)
                return;
            foreach (var session in stuck)
                End(session, session.IsClosing ? null : "it does not read what it is sent");
        }
    }

    private async Task FlushPatienceAsync()
    {
        for (var left = FlushParts; left > 0; left--)
            await Task.Delay(s_flushPart, _time, CancellationToken.None);
    }

    private void Execute(Successor successor)
    {
        AbandonChecks();
        if (!successor.ReadsState)
            AbandonHooks();
        using var bequest = new Bequest(_table.Sockets.Count);
        var state = Freeze(bequest);
        var environment = successor.Invocation.Environment.Copy();
        environment.Set(Inheritance.Variable, bequest.Write(state).ToString(CultureInfo.InvariantCulture));
        var image = new ProcessImage
        {
            Path = successor.Invocation.Path,
            Arguments = successor.Invocation.Command,
            Environment = environment,
            Kept = bequest.Numbers,
            Listeners = [.. state.Sockets.Where(socket => !socket.IsLeaving).Select(socket => (socket.Descriptor, socket.Name))],
        };
        Log.Executing(_log, successor.Invocation.Program, successor.Version);
        ProgramLog?.Flush();
        var errno = image.Execute(() => !IsToStop());
        Thaw();
        GiveUp(
            errno == 0 ? ToldToStop : $"execve {image.Path}: {SyscallException.Describe(errno)}",
            ExitCodes.System);
    }

    private void GiveWayToStop()
    {
        Thaw();
        GiveUp(ToldToStop, ExitCodes.System);
    }

    private void GiveUp(string problem, int exitCode)
    {
        Log.NotUpgraded(_log, problem);
        _upgrade?.Reply?.TrySetResult(new ControlReply { ExitCode = exitCode, Message = problem });
        _upgrade = null;
    }

    private void Thaw()
    {
        _freezing.Dispose();
        _freezing = new CancellationTokenSource();
        foreach (var session in Sessions)
            Run(session);
        _entrances!.Open(_freezing.Token);
        StartChecksAgain();
        foreach (var late in _late)
            Events.TryWrite(late);
        _late.Clear();
        ReportToManager();
    }
}
