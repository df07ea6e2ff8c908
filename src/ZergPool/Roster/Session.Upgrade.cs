using Zerg.Configuration;
using ZergPool.Upgrading;

namespace ZergPool.Roster;

/// <content>Out of one process image and into the next.</content>
internal sealed partial class Session
{
    /// <summary>Waits until everything that was queued so far is sent.</summary>
    /// <returns>False when it ends instead, or takes nothing.</returns>
    public async Task<bool> FlushAsync(Task deadline)
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_outbox.Writer.TryWrite(new Outgoing(null, [], flushed)))
            return await Task.WhenAny(flushed.Task, _writing!, deadline) == flushed.Task;
        await Task.WhenAny(_writing!, deadline);
        return false;
    }

    /// <summary>Hands it over, frozen and flushed.</summary>
    public SessionState Freeze(Bequest bequest) => new()
    {
        Pool = Pool.ToString(),
        Descriptor = bequest.Add(_channel.Handle),
        Peer = Peer,
        Process = Process is null ? null : bequest.Add(Process),
        Started = _started,
        Patience = _patience,
        IsGreeted = IsGreeted,
        Spoke = Spoke,
        Greeted = Greeted,
        Received = _channel.Received.ToArray(),
    };

    /// <summary>Takes one over; it is still to be run.</summary>
    public static Session Thaw(SessionState state, Inheritance inheritance)
    {
        var process = state.Process is null ? null : inheritance.Claim(state.Process, state.Peer.Uid);
        var session = new Session(
            inheritance.ClaimSocket(state.Descriptor), ListenAddress.Parse(state.Pool).Value!, state.Peer, state.Patience,
            process, state.Started)
        {
            IsGreeted = state.IsGreeted,
            Spoke = state.Spoke,
            Greeted = state.Greeted,
        };
        session._channel.Restore(state.Received);
        return session;
    }
}
