using System.Net.Sockets;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Programs;
using Zerg.Protocol;
using ZergPool.Handover;
using ZergPool.Listening;
using ZergPool.Metrics;
using ZergPool.Roster;

namespace ZergPool;

/// <content>Who comes and who goes.</content>
internal sealed partial class Pool
{
    private const int MaxShown = 100;

    private async Task GreetAsync(PoolEvent.Connected connected)
    {
        Session session;
        try
        {
            var peer = PeerCredentials.Of(connected.Socket);
            if (!_mayAttach.Allows(peer))
            {
                _counters.Refuse(Refusal.Attach);
                Log.AttachRefused(_log, connected.Pool.ToString(), peer.Uid, peer.Gid, peer.Pid);
                connected.Socket.Dispose();
                _handshakeSlots.Release();
                return;
            }

            session = new Session(connected.Socket, connected.Pool, peer, Patience);
        }
        catch (SocketException)
        {
            connected.Socket.Dispose();
            _handshakeSlots.Release();
            return;
        }

        // Its process took one more descriptor than the connection.
        if (session.Process is { } process && FileLimit.IsNear(process.Descriptor.Number))
        {
            session.Dispose();
            SentAway();
            _handshakeSlots.Release();
            return;
        }

        _handshakes.Add(session);
        try
        {
            // Until the pool has its sockets it greets who speaks first, and offers what it has.
            if (_table.IsComplete)
            {
                session.Greeted = [.. Passed(session.Pool).Select(socket => socket.Info)];
                await session.GreetAsync(Descriptors(session.Pool));
            }
        }
        catch (IOException problem)
        {
            Log.Dropped(_log, session.Peer.Pid, session.Peer.Uid, session.Peer.Gid, $"the greeting could not be sent: {problem.Message}");
            EndHandshake(session);
            session.Dispose();
            return;
        }

        Run(session);
    }

    private void Run(Session session) => session.Running = RunAsync(session, _freezing.Token);

    private async Task RunAsync(Session session, CancellationToken freeze)
    {
        var problem = await session.RunAsync(async (frame, offered) =>
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Events.TryWrite(new PoolEvent.Received(session, frame, offered, done));
            await done.Task;
        }, freeze);
        if (!session.IsFrozen)
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
            if (FrameBounds.WhyNot(received.Frame) is { } impossible)
                Refuse(received.Session, impossible, ExitCodes.NotPermitted, Refusal.Claim);
            else if (_bySession.TryGetValue(received.Session, out var zergling))
                Obey(zergling, received.Frame);
            else if (received.Frame is OfferFrame offer && IsWaiting(received.Session))
                TakeOffer(received.Session, offer, received.Offered);
            else if (received.Frame is HelloFrame hello && !_table.IsComplete && !IsWaiting(received.Session))
                KeepWaiting(received.Session, hello);
            else if (received.Frame is HelloFrame known && !IsWaiting(received.Session))
                Admit(received.Session, known, []);
            else
                Refuse(received.Session, $"expected hello, received {received.Frame.GetType().Name}", ExitCodes.Failed);
        }
        finally
        {
            foreach (var offered in received.Offered)
                offered.Dispose();
            received.Done.SetResult();
        }
    }

    // Its sockets came with the greeting, or come with the welcome.
    private void Admit(Session session, HelloFrame hello, IReadOnlyList<FileDescriptor> descriptors)
    {
        EndHandshake(session);
        if (!IsAcceptable(session, hello))
            return;
        Forget(session.Peer.Pid);
        var zergling = new Zergling(IdFor(session.Pool, hello), session.Pool, session.Peer)
        {
            Session = session,
            Name = FrameText.Cut(hello.Name.Length > 0 ? hello.Name : SocketHolders.Command(session.Peer.Pid)),
            App = FrameText.Cut(hello.App),
        };
        _roster.Add(zergling.Id, zergling);
        _bySession.Add(session, zergling);
        var member = Enrolled(zergling.Id, hello);
        var begin = _policies[session.Pool].Begin(member);

        // One that comes back says itself how many it has: what a pool before had told it.
        if (member.State == MemberState.Starting && member.Size > 0 && hello.Session == 0)
            member = member with { Target = begin };
        session.Send(
            new WelcomeFrame
            {
                Protocol = FrameChannel.ProtocolVersion,
                Session = zergling.Id,
                Generation = _policies[session.Pool].Generation,
                Version = ProgramVersion.Text,
                Backlog = _options.Backlog,
                Workers = begin,
                Sockets = session.Greeted ?? [.. Passed(session.Pool).Select(socket => socket.Info)],
            },
            descriptors);

        // A reload may have come in between.
        if (session.Greeted is { } greeted)
            AnnounceChange([zergling], greeted);
        Log.Attached(
            _log, zergling.Id, zergling.Name, member.Release, member.Kind.ToString().ToLowerInvariant(), session.Peer.Pid,
            session.Peer.Uid);
        NoteAttached(zergling, member);
        _counters.Attaches++;
        Tell(HookNames.Attached, zergling.Pool, member);
        Apply(zergling.Pool, new PolicyEvent.Attached(member));
        WriteRecords();
        Guard(Describe(zergling));
    }

    private bool IsAcceptable(Session session, HelloFrame hello)
    {
        if (hello.Protocol != FrameChannel.ProtocolVersion)
        {
            Refuse(
                session, $"it speaks protocol {hello.Protocol}, this pool {FrameChannel.ProtocolVersion}",
                ExitCodes.Configuration);
        }
        else if (_bySession.Count + _waiting.Count >= _options.MaxSessions)
        {
            Refuse(session, $"the pool has {_options.MaxSessions} sessions, its limit (max-sessions)", ExitCodes.TryAgain,
                Refusal.Sessions);
        }
        else if (LabelRule.WhyNot(hello.Release) is { } wrong)
        {
            Refuse(session, $"its release {wrong}", ExitCodes.Configuration);
        }
        else if (WhyDoubt(session, hello) is { } doubt)
        {
            Refuse(session, doubt, ExitCodes.NotPermitted, Refusal.Claim);
        }
        else
        {
            return true;
        }

        return false;
    }

    private void Refuse(Session session, string reason, int exitCode, Refusal kind = Refusal.Protocol)
    {
        _counters.Refuse(kind);
        Log.Dropped(_log, session.Peer.Pid, session.Peer.Uid, session.Peer.Gid, reason);
        session.Send(new StopFrame { Reason = reason, ExitCode = exitCode });
        session.Close();
    }

    private void Obey(Zergling zergling, Frame frame)
    {
        switch (frame)
        {
            case ReadyFrame { Probes: var probes } when probes.FirstOrDefault(one => !ProbeAddress.Is(one)) is { } bad:
                Refuse(zergling.Session!, $"its probe '{OneLine.Of(bad, MaxShown)}' is no UNIX address", ExitCodes.Failed);
                break;
            case ReadyFrame ready:
                zergling.Probes = FrameText.Cut(ready.Probes);
                Apply(zergling.Pool, new PolicyEvent.BecameReady(zergling.Id));
                break;
            case FailedFrame failed:
                Apply(zergling.Pool, new PolicyEvent.HasFailed(
                    zergling.Id, FrameText.Cut(failed.Reason), FrameText.Cut(failed.Output)));
                break;
            case StateFrame said:
                var state = Known(zergling, said);
                zergling.Connections = state.Connections;
                zergling.Requests = state.Requests;
                zergling.HoldWorkers(state.Workers);
                zergling.Open = state.Open;
                zergling.Said = state.Said;
                Count(zergling, state.Responses);
                Apply(zergling.Pool, new PolicyEvent.Reported(zergling.Id, state.State)
                {
                    Target = FindMember(zergling.Id)?.Size > 0 ? state.Target : null,
                    Ready = state.Ready,
                    Running = state.Workers.Count,
                });
                NoteForce(zergling);
                CountCrashes(zergling, state.Crashes, state.Said);
                break;
            case OfferFrame:
                // Somebody else was faster.
                break;
            case ByeFrame bye:
                zergling.Bye = bye.Reason.Length > 0 ? FrameText.Cut(bye.Reason) : "it left on purpose";
                break;
            default:
                Refuse(zergling.Session!, $"expected a report, received {frame.GetType().Name}", ExitCodes.Failed);
                break;
        }
    }

    // Once for each session: one that counts wrong does so all the time, and goes on serving.
    private StateFrame Known(Zergling zergling, StateFrame said)
    {
        var state = FrameBounds.Known(said, out var ignored);
        if (ignored is not null && !zergling.IsMisreporting)
        {
            zergling.IsMisreporting = true;
            Log.Misreported(_log, Describe(zergling), ignored);
        }

        return state;
    }

    private void End(Session session, string? problem)
    {
        EndHandshake(session);
        _waiting.RemoveAll(one => one.Session == session);
        if (!_bySession.Remove(session, out var zergling))
        {
            if (problem is not null)
                Log.Dropped(_log, session.Peer.Pid, session.Peer.Uid, session.Peer.Gid, problem);
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
        _leaver = zergling;
        Apply(zergling.Pool, new PolicyEvent.Left(zergling.Id, reason));
        _leaver = null;
    }

    private void Announce(PoolSocket socket)
    {
        foreach (var zergling in _roster.Values.Where(one => Passed(one.Pool).Contains(socket)))
            zergling.Session?.Send(new SocketsFrame { Added = [socket.Info] }, [socket.Descriptor]);
        WriteRecords();

        // Of one name it would keep both, and pass both.
        _manager.Forget(socket.Spec.Name);
        _manager.Store(socket.Spec.Name, socket.Descriptor);
    }

    private FileDescriptor[] Descriptors(ListenAddress pool) => [.. Passed(pool).Select(socket => socket.Descriptor)];

    private static string Describe(Zergling zergling) => $"zergling {zergling.Id} ({zergling.Name}, pid {zergling.Pid})";
}
