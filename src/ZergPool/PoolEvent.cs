using System.Net.Sockets;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;
using ZergPool.Control;
using ZergPool.Roster;

namespace ZergPool;

/// <summary>What the owner loop reacts to; everything else only posts these.</summary>
internal abstract record PoolEvent
{
    private PoolEvent()
    {
    }

    /// <summary>Somebody connected to a pool's socket.</summary>
    public sealed record Connected(PoolSpec Pool, Socket Socket) : PoolEvent;

    /// <summary>Somebody waits while every handshake slot is taken.</summary>
    public sealed record Crowded : PoolEvent;

    /// <summary>A frame came; the session reads on when <paramref name="Done"/> is set.</summary>
    public sealed record Received(Session Session, Frame Frame, TaskCompletionSource Done) : PoolEvent;

    /// <summary>A connection ended, with the reason when it was no orderly end.</summary>
    public sealed record Ended(Session Session, string? Problem) : PoolEvent;

    /// <summary>A watched process ended.</summary>
    public sealed record Exited(ProcessHandle Process) : PoolEvent;

    /// <summary>An order came over the control socket.</summary>
    public sealed record Commanded(
        ControlRequest Request, PeerCredentials Peer, TaskCompletionSource<ControlReply> Reply) : PoolEvent;

    /// <summary>Time to look after deadlines and listeners.</summary>
    public sealed record Ticked : PoolEvent;

    /// <summary>SIGTERM or SIGINT.</summary>
    public sealed record Stopped(string Signal) : PoolEvent;
}
