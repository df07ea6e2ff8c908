using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;
using ZergPool.Upgrading;

namespace ZergPool.Roster;

/// <summary>What the pool knows of one attached zergling beside its place in the hand-over policy.</summary>
internal sealed class Zergling(int id, ListenAddress pool, PeerCredentials peer) : IDisposable
{
    /// <summary>Workers of one zergling that are known at most.</summary>
    public const int MaxWorkers = FrameBounds.MaxWorkers;

    /// <summary>The id that the policy knows it by.</summary>
    public int Id { get; } = id;

    /// <summary>The path of the pool it attached to.</summary>
    public ListenAddress Pool { get; } = pool;

    /// <summary>Who attached.</summary>
    public PeerCredentials Peer { get; } = peer;

    /// <summary>Its process now; a daemonized uWSGI is another one than the peer was. 0 when unknown.</summary>
    public int Pid { get; set; } = peer.Pid;

    /// <summary>The name it gave itself, or its program's.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it runs, for people.</summary>
    public string App { get; init; } = "";

    /// <summary>Whether it only holds the sockets, and no record names it: it is shown, and never signalled.</summary>
    public bool IsStranger { get; init; }

    /// <summary>Its session; null for a uWSGI, and for a launcher that died.</summary>
    public Session? Session { get; set; }

    /// <summary>When the process that attached had started; null when unknown.</summary>
    public ulong? PeerStarted { get; init; }

    /// <summary>A uWSGI's process, watched; with a session the connection tells.</summary>
    public ProcessHandle? Process { get; set; }

    /// <summary>The workers it reported, each held so that its pid cannot mean another process.</summary>
    public Dictionary<int, ProcessHandle> Workers { get; } = [];

    /// <summary>Open connections as last reported; null when unknown.</summary>
    public int? Connections { get; set; }

    /// <summary>Requests in flight as last reported; null when unknown.</summary>
    public int? Requests { get; set; }

    /// <summary>What it says it still waits for; null when it does not say.</summary>
    public OpenConnections? Open { get; set; }

    /// <summary>The last line that it says one of its workers wrote, before it was ready.</summary>
    public string? Said { get; set; }

    /// <summary>What was seen of its workers' connections, and when.</summary>
    public (OpenConnections? Open, long At)? Seen { get; set; }

    /// <summary>Whether the history has it as one that was ended by force.</summary>
    public bool IsForced { get; set; }

    /// <summary>Workers that had died of themselves when it last reported; null before that.</summary>
    public int? Crashes { get; set; }

    /// <summary>UNIX addresses where it answers before it serves.</summary>
    public IReadOnlyList<string> Probes { get; set; } = [];

    /// <summary>When the workers of a dead launcher are ended by force.</summary>
    public DateTimeOffset? KillAt { get; set; }

    /// <summary>When it is ended because it has not begun to drain by then, as it was told.</summary>
    public DateTimeOffset? DeafAt { get; set; }

    /// <summary>Whether the log has it that one of its figures cannot be right.</summary>
    public bool IsMisreporting { get; set; }

    /// <summary>Why it said that it leaves; null while it has not.</summary>
    public string? Bye { get; set; }

    /// <summary>Hands it over.</summary>
    public AttachedState Freeze(Bequest bequest) => new()
    {
        Id = Id,
        Pool = Pool.ToString(),
        Peer = Peer,
        Pid = Pid,
        Name = Name,
        App = App,
        Session = Session?.Freeze(bequest),
        Process = Process is null ? null : bequest.Add(Process),
        PeerStarted = PeerStarted,
        IsStranger = IsStranger,
        Workers = [.. Workers.Values.Select(bequest.Add)],
        Connections = Connections,
        Requests = Requests,
        KillAt = KillAt,
        DeafAt = DeafAt,
        Bye = Bye,
        Probes = Probes,
        Crashes = Crashes,
        Open = Open,
        IsForced = IsForced,
    };

    /// <summary>Takes one over.</summary>
    public static Zergling Thaw(AttachedState state, Inheritance inheritance)
    {
        var zergling = new Zergling(state.Id, ListenAddress.Parse(state.Pool).Value!, state.Peer)
        {
            Pid = state.Pid,
            Name = state.Name,
            App = state.App,
            PeerStarted = state.PeerStarted,
            Session = state.Session is null ? null : Session.Thaw(state.Session, inheritance),
            IsStranger = state.IsStranger,
            Process = state.Process is null ? null
                : inheritance.Claim(state.Process, state.IsStranger ? ProcessUsers.NoUser : state.Peer.Uid),
            Connections = state.Connections,
            Requests = state.Requests,
            KillAt = state.KillAt,
            DeafAt = state.DeafAt,
            Bye = state.Bye,
            Probes = state.Probes,
            Crashes = state.Crashes,
            Open = state.Open,
            IsForced = state.IsForced,
        };
        foreach (var worker in state.Workers)
            zergling.Workers.Add(worker.Pid, inheritance.Claim(worker, state.Peer.Uid));
        return zergling;
    }

    /// <summary>Takes over the list of its workers; what is not proven to be one is not believed.</summary>
    public void HoldWorkers(IReadOnlyList<int> pids)
    {
        foreach (var gone in Workers.Keys.Except(pids).ToList())
        {
            Workers[gone].Dispose();
            Workers.Remove(gone);
        }

        foreach (var pid in pids.Except(Workers.Keys).Take(MaxWorkers - Workers.Count).ToList())
        {
            if (WorkerClaim.Open(pid, Peer, Session?.Process) is not { } worker)
                continue;
            if (FileLimit.IsNear(worker.Descriptor.Number))
            {
                worker.Dispose();
                return;
            }

            Workers[pid] = worker;
        }
    }

    /// <summary>Forgets the workers that are no more.</summary>
    public void ForgetDeadWorkers()
    {
        foreach (var (pid, worker) in Workers.Where(pair => !pair.Value.IsAlive).ToList())
        {
            worker.Dispose();
            Workers.Remove(pid);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Session?.Dispose();
        Process?.Dispose();
        foreach (var worker in Workers.Values)
            worker.Dispose();
    }
}
