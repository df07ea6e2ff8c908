using System.Net.Sockets;
using Zerg;
using Zerg.Posix;
using Zerg.Programs;
using Zerg.Protocol;
using ZergPool.Handover;
using ZergPool.Listening;
using ZergPool.Roster;

namespace ZergPool;

/// <content>Who comes and who goes.</content>
internal sealed partial class Pool
{
    private async Task GreetAsync(PoolEvent.Connected connected)
    {
        Session session;
        try
        {
            var peer = PeerCredentials.Of(connected.Socket);
            if (!_mayAttach.Allows(peer))
            {
                Log.AttachRefused(_log, connected.Pool.Address.ToString(), peer.Uid, peer.Gid, peer.Pid);
                connected.Socket.Dispose();
                _handshakeSlots.Release();
                return;
            }

            session = new Session(connected.Socket, connected.Pool, peer);
        }
        catch (SocketException)
        {
            connected.Socket.Dispose();
            _handshakeSlots.Release();
            return;
        }

        _handshakes.Add(session);
        try
        {
            await session.GreetAsync([.. _table.Of(session.Pool).Select(socket => socket.Descriptor)]);
        }
        catch (IOException problem)
        {
            Log.Dropped(_log, session.Peer.Pid, session.Peer.Uid, $"the greeting could not be sent: {problem.Message}");
            EndHandshake(session);
            session.Dispose();
            return;
        }

        _ = RunSessionAsync(session);
    }

    private async Task RunSessionAsync(Session session)
    {
        var problem = await session.RunAsync(async frame =>
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Events.TryWrite(new PoolEvent.Received(session, frame, done));
            await done.Task;
        });
        Events.TryWrite(new PoolEvent.Ended(session, problem));
    }

    private void EndHandshake(Session session)
    {
        if (_handshakes.Remove(session))
            _handshakeSlots.Release();
    }

    // The oldest gives way: its slot is free at once, and its end is reported like that of any silent peer.
    private void MakeRoom()
    {
        if (_handshakeSlots.CurrentCount > 0 || _handshakes is not [var oldest, ..] || oldest.Age < s_silenceInCrowd)
            return;
        EndHandshake(oldest);
        oldest.GiveUp();
    }

    private void Receive(PoolEvent.Received received)
    {
        try
        {
            if (received.Session.IsClosing)
                return;
            if (_bySession.TryGetValue(received.Session, out var zergling))
                Obey(zergling, received.Frame);
            else if (received.Frame is HelloFrame hello)
                Admit(received.Session, hello);
            else
                Refuse(received.Session, $"expected hello, received {received.Frame.GetType().Name}", ExitCodes.Failed);
        }
        finally
        {
            received.Done.SetResult();
        }
    }

    private void Admit(Session session, HelloFrame hello)
    {
        EndHandshake(session);
        if (hello.Protocol != FrameChannel.ProtocolVersion)
        {
            Refuse(
                session, $"it speaks protocol {hello.Protocol}, this pool {FrameChannel.ProtocolVersion}",
                ExitCodes.Configuration);
            return;
        }

        if (_bySession.Count >= MaxSessions)
        {
            Refuse(session, $"the pool has {MaxSessions} sessions, its limit", ExitCodes.TryAgain);
            return;
        }

        var zergling = new Zergling(++_lastId, session.Pool, session.Peer)
        {
            Session = session,
            Name = FrameText.Cut(hello.Name.Length > 0 ? hello.Name : SocketHolders.Command(session.Peer.Pid)),
            App = FrameText.Cut(hello.App),
        };
        _roster.Add(zergling.Id, zergling);
        _bySession.Add(session, zergling);
        session.Send(new WelcomeFrame
        {
            Protocol = FrameChannel.ProtocolVersion,
            Session = zergling.Id,
            Generation = _policies[session.Pool].Generation,
            Version = ProgramVersion.Text,
            Backlog = _options.Backlog,
            Sockets = [.. _table.Of(session.Pool).Select(socket => socket.Info)],
        });
        var kind = hello.Role == ZerglingRole.Launcher ? MemberKind.Launcher : MemberKind.App;
        var member = new Member(zergling.Id, kind, FrameText.Cut(hello.Release), hello.Mode, _time.GetUtcNow());
        Log.Attached(
            _log, zergling.Id, zergling.Name, member.Release, kind.ToString().ToLowerInvariant(), session.Peer.Pid,
            session.Peer.Uid);
        Apply(zergling.Pool, new PolicyEvent.Attached(member));
        Guard(Describe(zergling));
    }

    private void Refuse(Session session, string reason, int exitCode)
    {
        Log.Dropped(_log, session.Peer.Pid, session.Peer.Uid, reason);
        session.Send(new StopFrame { Reason = reason, ExitCode = exitCode });
        session.Close();
    }

    private void Obey(Zergling zergling, Frame frame)
    {
        switch (frame)
        {
            case ReadyFrame:
                Apply(zergling.Pool, new PolicyEvent.BecameReady(zergling.Id));
                break;
            case FailedFrame failed:
                Apply(zergling.Pool, new PolicyEvent.HasFailed(
                    zergling.Id, FrameText.Cut(failed.Reason), FrameText.Cut(failed.Output)));
                break;
            case StateFrame state:
                zergling.Connections = state.Connections;
                zergling.Requests = state.Requests;
                zergling.HoldWorkers(state.Workers);
                Apply(zergling.Pool, new PolicyEvent.Reported(zergling.Id, state.State));
                break;
            case ByeFrame bye:
                zergling.Bye = bye.Reason.Length > 0 ? FrameText.Cut(bye.Reason) : "it left on purpose";
                break;
            default:
                Refuse(zergling.Session!, $"expected a report, received {frame.GetType().Name}", ExitCodes.Failed);
                break;
        }
    }

    private void End(Session session, string? problem)
    {
        EndHandshake(session);
        if (!_bySession.Remove(session, out var zergling))
        {
            if (problem is not null)
                Log.Dropped(_log, session.Peer.Pid, session.Peer.Uid, problem);
            else if (!session.Spoke)
                AdmitPlain(session);
            session.Dispose();
            return;
        }

        var reason = zergling.Bye ?? problem ?? Session.Silent;
        session.Dispose();
        zergling.Session = null;
        zergling.ForgetDeadWorkers();
        if (zergling.Bye is null && zergling.Workers.Count > 0)
        {
            foreach (var worker in zergling.Workers.Values)
                Watch(worker);
            Log.LauncherDied(_log, Describe(zergling), zergling.Workers.Count);
            Apply(zergling.Pool, new PolicyEvent.Orphaned(zergling.Id));
        }
        else
        {
            Leave(zergling, reason);
        }

        Guard(Describe(zergling));
    }

    private void Leave(Zergling zergling, string reason)
    {
        _roster.Remove(zergling.Id);
        zergling.Dispose();
        Apply(zergling.Pool, new PolicyEvent.Left(zergling.Id, reason));
    }

    private void Announce(PoolSocket socket)
    {
        foreach (var zergling in _roster.Values.Where(one => _table.Of(one.Pool).Contains(socket)))
            zergling.Session?.Send(new SocketsFrame { Added = [socket.Info] }, [socket.Descriptor]);
    }

    private static string Describe(Zergling zergling) => $"zergling {zergling.Id} ({zergling.Name}, pid {zergling.Pid})";
}
