using System.Net.Sockets;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;
using ZergPool.Control;
using ZergPool.Roster;
using ZergPool.Upgrading;

namespace ZergPool;

/// <summary>What the owner loop reacts to; everything else only posts these.</summary>
internal abstract record PoolEvent
{
    private PoolEvent()
    {
    }

    /// <summary>Somebody connected to a pool's socket.</summary>
    public sealed record Connected(ListenAddress Pool, Socket Socket) : PoolEvent;

    /// <summary>Somebody waits while every handshake slot is taken.</summary>
    public sealed record Crowded : PoolEvent;

    /// <summary>Somebody was sent away for want of descriptors.</summary>
    public sealed record SentAway : PoolEvent;

    /// <summary>A frame came, with the descriptors of an offer; the session reads on when <paramref name="Done"/> is set.</summary>
    public sealed record Received(
        Session Session, Frame Frame, IReadOnlyList<FileDescriptor> Offered, TaskCompletionSource Done) : PoolEvent;

    /// <summary>A connection ended, with the reason when it was no orderly end.</summary>
    public sealed record Ended(Session Session, string? Problem) : PoolEvent;

    /// <summary>A watched process ended.</summary>
    public sealed record Exited(ProcessHandle Process) : PoolEvent;

    /// <summary>An order came over the control socket.</summary>
    public sealed record Commanded(
        ControlRequest Request, PeerCredentials Peer, TaskCompletionSource<ControlReply> Reply) : PoolEvent;

    /// <summary>SIGHUP, or an order: the configuration is to be read again.</summary>
    public sealed record ReloadAsked(TaskCompletionSource<ControlReply>? Reply) : PoolEvent;

    /// <summary>The configuration has been read again.</summary>
    public sealed record Loaded(FreshOptions Fresh, TaskCompletionSource<ControlReply>? Reply) : PoolEvent;

    /// <summary>The configuration has been read again, for the status alone; null when it could not be.</summary>
    public sealed record Compared(FreshOptions? Fresh, TaskCompletionSource<ControlReply> Reply) : PoolEvent;

    /// <summary>Somebody wants the metrics.</summary>
    public sealed record Scraped(TaskCompletionSource<string> Text) : PoolEvent;

    /// <summary>SIGUSR1: the log file is to be opened anew.</summary>
    public sealed record Reopening : PoolEvent;

    /// <summary>Time to look after what was adopted.</summary>
    public sealed record Glanced : PoolEvent;

    /// <summary>Time to look after deadlines and listeners.</summary>
    public sealed record Ticked : PoolEvent;

    /// <summary>SIGUSR2.</summary>
    public sealed record UpgradeAsked : PoolEvent;

    /// <summary>Another binary was asked whether it could take over.</summary>
    public sealed record Checked(Successor Successor) : PoolEvent;

    /// <summary>Something that was told to freeze has come to rest.</summary>
    public sealed record Frozen : PoolEvent;

    /// <summary>SIGTERM or SIGINT.</summary>
    public sealed record Stopped(string Signal) : PoolEvent;
}
