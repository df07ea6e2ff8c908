using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Programs;
using Zerg.Protocol;
using ZergPool.Handover;
using ZergPool.Metrics;
using ZergPool.Recovering;
using ZergPool.Roster;
using ZergPool.Upgrading;

namespace ZergPool;

/// <content>
/// Coming back after a crash: the sockets from whoever holds them, the roster from what everybody says of himself.
/// </content>
internal sealed partial class Pool
{
    // Twice as long as a zergling rests between two attempts to come back.
    private static readonly TimeSpan s_returnPatience = TimeSpan.FromSeconds(5);

    // Those who said hello to a pool that does not have its sockets yet.
    private readonly List<(Session Session, HelloFrame Hello)> _waiting = [];

    // The generations that the pools before had come to, where they left a record.
    private readonly Dictionary<ListenAddress, int> _recorded = [];
    private readonly Dictionary<ListenAddress, IReadOnlyList<RecordedUwsgi>> _recordedUwsgis = [];
    private readonly ulong? _startTime = ProcessTable.Started(Environment.ProcessId);
    private DateTimeOffset? _recoverUntil;
    private DateTimeOffset? _lookForStrangersAt;
    private ZergException? _failure;
    private bool _hasPast;

    // The image before handed over everything that it knew: nothing is to be found out.
    private bool _goesOn;

    // Those who were here before a crash of the pool may still be on their way back.
    private bool IsReturning => _recoverUntil is not null || _lookForStrangersAt is not null;

    // A real uWSGI says nothing, and is not greeted before there is something to pass.
    private TimeSpan Patience => _table.IsComplete
        ? _options.HandshakeTimeout
        : _options.HandshakeTimeout + _options.RecoverTimeout;

    private void TakeUpRecords()
    {
        List<PoolRecord> records = [];
        foreach (var (path, policy) in _policies)
        {
            if (_own.Left(path) is not { } record)
                continue;
            records.Add(record);
            _hasPast = true;
            _recorded[path] = record.Generation;
            _recordedUwsgis[path] = record.Uwsgis ?? [];
            _lastId = Math.Max(_lastId, record.LastId);
            policy.TakeUp(
                record.Generation, record.Release, record.Window, _time.GetUtcNow(), record.Exchange, record.GoesBack);
        }

        foreach (var record in records)
            TakeUp(record.Deployments ?? []);
    }

    private void BeginRecovery()
    {
        _hasPast = true;
        _recoverUntil = _time.GetUtcNow() + _options.RecoverTimeout;
        foreach (var socket in _table.Sockets.Where(socket => !socket.IsHeld))
            Log.Missing(_log, socket.Problem!.Message, Zerg.Configuration.Duration.Format(_options.RecoverTimeout));
    }

    private void Recover()
    {
        if (_recoverUntil is not { } until)
        {
            if (_lookForStrangersAt <= _time.GetUtcNow())
            {
                EnrolStrangers();
                GoOnGoingBack();
            }

            StartUp();
            return;
        }

        _table.Retry(_options);
        if (_table.IsComplete)
        {
            Complete();
        }
        else if (_time.GetUtcNow() >= until)
        {
            var missing = _table.Sockets.Where(socket => !socket.IsHeld).Select(socket => socket.Problem!.Message);
            _failure = new ZergException(
                $"{string.Join("; ", missing)}; nobody gave it within "
                + $"{Zerg.Configuration.Duration.Format(_options.RecoverTimeout)} (recover-timeout)",
                ExitCodes.Unavailable);
        }
    }

    // From here on everything is there that is to be passed on.
    private void Complete()
    {
        _recoverUntil = null;

        // First: whoever reads that it holds them may kill it.
        WriteRecords();
        foreach (var socket in _table.Sockets.Where(socket => !_goesOn && socket is { From: not null, IsShared: false }))
            Log.Recovered(_log, socket.Spec.Address.ToString(), socket.From!);
        Log.Opened(
            _log, ProgramVersion.Text, Environment.ProcessId, _options.ConfigPath ?? "the command line",
            string.Join(", ", _table.Sockets.Select(socket => $"{socket.Spec.Address} ({socket.Spec.Name})")));
        TellOfMetrics();
        if (Privileges.IsRoot && _options.Uid is null)
            Log.RunsAsRoot(_log, Mono.Unix.Native.Syscall.getegid());
        BeginSharing();
        if (!_goesOn)
            Guard("the time without a pool");
        foreach (var socket in _table.Sockets)
            _manager.Store(socket.Spec.Name, socket.Descriptor);
        if (_goesOn)
            StartChecksAgain();
        if (!_goesOn)
            _upAt = _time.GetUtcNow() + (MayReturn ? s_returnPatience : TimeSpan.Zero);
        if (_hasPast && !_goesOn)
            _lookForStrangersAt = _time.GetUtcNow() + s_returnPatience;
        foreach (var silent in _handshakes.Where(session => !session.IsGreeted))
            silent.Greet(Descriptors(silent.Pool));
        foreach (var (session, hello) in _waiting.ToList())
        {
            _waiting.Remove((session, hello));
            Admit(session, hello, Descriptors(session.Pool));
        }

        ReportToManager();
    }

    // Whoever served before holds sockets: where all of them were free, nobody is left of it.
    private bool MayReturn => _hasPast && _table.Sockets.Any(socket => socket.From is not null);

    private bool IsWaiting(Session session) => _waiting.Exists(one => one.Session == session);

    private void KeepWaiting(Session session, HelloFrame hello)
    {
        EndHandshake(session);
        if (!IsAcceptable(session, hello))
            return;
        _waiting.Add((session, hello));
        session.Greet([]);
    }

    private void TakeOffer(Session session, OfferFrame offer, IReadOnlyList<FileDescriptor> descriptors)
    {
        foreach (var (info, descriptor) in offer.Sockets.Zip(descriptors))
        {
            var missing = _table.Sockets.Where(socket => !socket.IsHeld).ToList();
            if (missing.Find(socket => socket.WhyNot(descriptor) is null) is { } wanted)
            {
                wanted.Take(descriptor.Duplicate(), $"pid {session.Peer.Pid} uid {session.Peer.Uid}");
            }
            else if (missing.Find(socket => socket.Spec.Address.ToString() == info.Address) is { } claimed)
            {
                _counters.Refuse(Refusal.Offer);
                Log.OfferRefused(
                    _log, info.Address, session.Peer.Pid, session.Peer.Uid, session.Peer.Gid,
                    claimed.WhyNot(descriptor)!);
            }
        }

        if (_table.IsComplete)
            Complete();
    }

    private string? WhyDoubt(Session session, HelloFrame hello) => GenerationClaim.WhyNot(
        hello.Generation, _policies[session.Pool].Generation,
        _recorded.TryGetValue(session.Pool, out var recorded) ? recorded : null,
        _hasPast && !(ProcessTable.Started(session.Peer.Pid) > _startTime));

    private int IdFor(ListenAddress pool, HelloFrame hello)
    {
        // A record has the last one that was given; without one the zerglings that come back know better.
        var isKnown = hello.Session <= _lastId || (_hasPast && !_recorded.ContainsKey(pool));
        if (hello.Session <= 0 || !isKnown || _roster.ContainsKey(hello.Session))
            return NextId();
        _lastId = Math.Max(_lastId, hello.Session);
        return hello.Session;
    }

    // After the highest there may be they begin again with the lowest that is free.
    private int NextId()
    {
        do
            _lastId = _lastId >= FrameBounds.MaxSession ? 1 : _lastId + 1;
        while (_roster.ContainsKey(_lastId));
        return _lastId;
    }

    private Member Enrolled(int id, HelloFrame hello)
    {
        var kind = hello.Role == ZerglingRole.Launcher ? MemberKind.Launcher : MemberKind.App;
        var hasServed = hello.Generation > 0;
        return new Member(id, kind, FrameText.Cut(hello.Release), hello.Mode, _time.GetUtcNow())
        {
            Generation = hello.Generation,
            Accepts = hello.State == ZerglingState.Accepting,
            Size = kind == MemberKind.Launcher ? Math.Clamp(hello.Workers, 0, Zergling.MaxWorkers) : 0,
            State = hello.State switch
            {
                ZerglingState.Draining => MemberState.Draining,
                ZerglingState.Accepting => hasServed ? MemberState.Accepting : MemberState.Ready,
                ZerglingState.Paused when hasServed => MemberState.Paused,
                ZerglingState.Paused => hello.Mode == ZergMode.Standby ? MemberState.Standby : MemberState.Ready,
                _ => hasServed && kind == MemberKind.Launcher ? MemberState.Down : MemberState.Starting,
            },
        };
    }

    // One that lost its session, and was taken for a uWSGI or for dead meanwhile, comes back.
    private void Forget(int pid)
    {
        if (pid != 0 && _roster.Values.FirstOrDefault(one => one.Session is null && one.Pid == pid) is { } former)
            Leave(former, "it came back with a session");
    }

    // Those who took a greeting from the pool before and never speak: what holds the sockets and is nobody known.
    private void EnrolStrangers()
    {
        _lookForStrangersAt = null;
        foreach (var pool in _policies.Keys)
        {
            while (FindHeir(pool, pid => RecordedClaim(pool, pid)) is { OnBehalfOf: { } user } stranger)
            {
                var uid = user == ProcessUsers.NoUser ? ProcessUsers.Of(stranger.Pid)?.Real ?? user : user;
                Enrol(
                    pool, new PeerCredentials(stranger.Pid, uid, 0, []), stranger, ProcessTable.Started(stranger.Pid),
                    isStranger: user == ProcessUsers.NoUser);
            }
        }

        _recordedUwsgis.Clear();
        WriteRecords();
    }

    private HeirClaim RecordedClaim(ListenAddress pool, int pid)
        => _recordedUwsgis.GetValueOrDefault(pool)?.FirstOrDefault(one => one.Pid == pid) is { } recorded
            ? new HeirClaim(recorded.Uid, recorded.Started, IsItself: true) : HeirClaim.Unknown;

    private List<RecordedUwsgi>? RecordedUwsgis(ListenAddress pool)
    {
        var known = from one in _roster.Values
                    where one is { Session: null, IsStranger: false } && one.Pool == pool
                    from process in one.Workers.Values.Append(one.Process).OfType<ProcessHandle>()
                    let started = ProcessTable.Started(process.Pid)
                    where started is not null && process.IsAlive
                    select new RecordedUwsgi(process.Pid, started.Value, one.Peer.Uid);

        // Those of the record before count until they have been looked for.
        var all = known.Concat(_recordedUwsgis.GetValueOrDefault(pool) ?? []).Distinct().ToList();
        return all.Count > 0 ? all : null;
    }

    private void WriteRecords()
    {
        if (!_table.IsComplete)
            return;
        foreach (var (path, policy) in _policies)
        {
            var sockets = Passed(path).Select(socket => new RecordedSocket(
                socket.Asked.Address.ToString(), socket.Spec.Address.ToString(), socket.Descriptor.Inode,
                socket.AdoptedFrom, FileState.Of(socket.Spare), socket.Network));
            try
            {
                _own.Leave(path, new PoolRecord(
                    policy.Generation, policy.Release, _lastId, [.. sockets], policy.Window,
                    RecordedDeployments(), policy.UnderWay, policy.GoesBack, RecordedFormers(), RecordedUwsgis(path)));
            }
            catch (SyscallException problem)
            {
                _own.LeaveNothing(path);
                Log.NoRecord(_log, problem.Message);
            }
        }
    }
}
