using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Handover;
using ZergPool.Roster;

namespace ZergPool;

/// <content>Those without a session: real uWSGI instances, and the workers of a launcher that died.</content>
internal sealed partial class Pool
{
    // A real uWSGI takes the greeting and closes; with more than eight sockets it comes a second time.
    private void AdmitPlain(Session session)
    {
        var peer = session.Peer;
        if (!_table.IsComplete || peer.Pid == 0 || _roster.Values.Any(known => known.Pid == peer.Pid))
            return;

        // In this order: a process that ends closes its descriptors one by one, and its child may keep them.
        var holds = SocketHolders.Holds(peer.Pid, Inodes(session.Pool)) != false && session.Process?.IsAlive == true
            && !ProcessTable.IsExiting(peer.Pid);
        var isThere = session.Process?.IsAlive == true;
        var claim = new HeirClaim(peer.Uid, session.PeerStarted);
        if ((holds ? session.TakeProcess() : isThere ? FindHeir(session.Pool, _ => claim) : Heir(session.Pool, claim)) is not { } process)
        {
            Log.NoZergling(_log, peer.Pid, peer.Uid);
            return;
        }

        var zergling = Enrol(session.Pool, peer, process, session.PeerStarted);
        if (!holds)
            Obscure(zergling);
        Guard(Describe(zergling));
    }

    private Zergling Enrol(
        ListenAddress pool, PeerCredentials peer, ProcessHandle process, ulong? peerStarted, bool isStranger = false)
    {
        var zergling = new Zergling(NextId(), pool, peer)
        {
            Pid = process.Pid,
            Name = SocketHolders.Command(process.Pid),
            Process = process,
            PeerStarted = peerStarted,
            IsStranger = isStranger,
        };
        _roster.Add(zergling.Id, zergling);
        Watch(process);
        Log.Attached(_log, zergling.Id, zergling.Name, "", "uwsgi", process.Pid, peer.Uid);
        var member = new Member(zergling.Id, MemberKind.Uwsgi, "", ZergMode.Join, _time.GetUtcNow())
        {
            Obeys = _options.LegacyFifos.Count > 0,
        };
        _counters.Attaches++;
        Tell(HookNames.Attached, pool, member);
        Apply(pool, new PolicyEvent.Attached(member));
        WriteRecords();
        return zergling;
    }

    private HashSet<ulong> Inodes(ListenAddress pool) => [.. Descriptors(pool).Select(descriptor => descriptor.Inode)];

    private void Watch(ProcessHandle process)
    {
        var poller = Poller;
        poller.Add(process.Descriptor, () =>
        {
            poller.Remove(process.Descriptor);
            Events.TryWrite(new PoolEvent.Exited(process));
        });
    }

    // Its thread is needed for processes without a session alone.
    private Poller Poller => _poller ??= new Poller();

    private void ProcessEnded(ProcessHandle process)
    {
        if (_table.Formers.Contains(process))
        {
            FormerEnded(process);
            return;
        }

        if (CheckEnded(process) || HookEnded(process))
            return;
        if (_deployments.Find(one => one.Process == process) is { } deployment)
        {
            LauncherEnded(deployment);
            Guard("the launcher that ended");
            return;
        }

        foreach (var zergling in _roster.Values)
        {
            if (zergling.Process == process)
            {
                PlainEnded(zergling);
                break;
            }

            if (zergling.Session is null && zergling.Workers.Remove(process.Pid))
            {
                process.Dispose();
                if (zergling.Workers.Count == 0)
                    Leave(zergling, "the last worker of its dead launcher ended");
                break;
            }
        }

        Guard("the process that ended");
    }

    // A uWSGI that daemonizes ends as the process that attached, while its child serves on.
    // It forks twice on its way, and a look at the processes may come between the end of the one and the other: what
    // one look has missed is there when the next one begins.
    private ProcessHandle? Heir(ListenAddress pool, HeirClaim claim) => FindHeir(pool, _ => claim) ?? FindHeir(pool, _ => claim);

    private ProcessHandle? FindHeir(ListenAddress pool, Func<int, HeirClaim> claimOf)
    {
        var known = _roster.Values.SelectMany(other => other.Workers.Keys.Append(other.Pid))
            .Concat(_handshakes.Select(session => session.Peer.Pid)).ToHashSet();

        // The service manager keeps the sockets too, and everybody descends from it.
        var own = ProcessTable.Ancestry(Environment.ProcessId).ToHashSet();
        var inodes = Inodes(pool);

        // Those that are known by a record first: of a family the others descend from them.
        return SocketHolders.Of(inodes).Where(IsNew).OrderBy(pid => claimOf(pid) == HeirClaim.Unknown).ThenBy(pid => pid)
            .Select(pid => claimOf(pid).Open(pid, one => SocketHolders.Holds(one, inodes) == true && IsNew(one)))
            .FirstOrDefault(process => process is not null);

        bool IsNew(int pid)
            => !own.Contains(pid) && !ProcessTable.Ancestry(pid).Any(known.Contains) && !_table.IsFormer(pid);
    }

    private void PlainEnded(Zergling zergling)
    {
        var heir = Heir(
            zergling.Pool, zergling.IsStranger ? HeirClaim.Unknown : new HeirClaim(zergling.Peer.Uid, zergling.PeerStarted));
        zergling.Process?.Dispose();
        zergling.Process = heir;
        if (heir is null)
        {
            Leave(zergling, "its process ended");
            return;
        }

        zergling.Pid = heir.Pid;
        Watch(heir);
        Obscure(zergling);
        WriteRecords();
    }

    private void Obscure(Zergling zergling)
    {
        Log.Obscured(_log, Describe(zergling), zergling.Pid);
        Apply(zergling.Pool, new PolicyEvent.Obscured(zergling.Id));
    }
}
