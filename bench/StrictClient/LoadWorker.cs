using System.Net.Sockets;

namespace Zerg.StrictClient;

/// <summary>One connection's share of the load; it opens the next connection only when the last one is gone.</summary>
internal abstract class LoadWorker(LoadRun run, Wire wire)
{
    protected LoadRun Run => run;

    protected Tally Tally => run.Tally;

    protected LoadOptions Options => run.Options;

    protected Wire Wire => wire;

    protected LossPhase Phase { get; set; }

    public abstract Task RunAsync();

    public void CheckDeadline(long now) => wire.CheckDeadline(now);

    protected async ValueTask ConnectAsync()
    {
        Phase = LossPhase.Connect;
        await wire.ConnectAsync();
        Tally.Open();
    }

    /// <summary>Counts a request that failed, whatever it was that it failed with.</summary>
    protected void Lose(long start, Exception failure)
    {
        var (kind, detail) = Classify(failure);
        Lose(start, kind, detail);
    }

    protected void Lose(long start, LossKind kind, string detail) =>
        Tally.Lose(start, kind, Phase, wire.LocalPort, detail);

    protected (LossKind Kind, string Detail) Classify(Exception failure)
    {
        if (wire.Expired)
        {
            var kind = Phase == LossPhase.Connect ? LossKind.ConnectTimeout : LossKind.Timeout;
            return (kind, $"nothing within {Options.RequestTimeout.TotalSeconds} s");
        }

        return failure switch
        {
            LossException loss => (loss.Kind, loss.Message),
            // A UNIX socket's full backlog: a blocking client would wait, one that must not wait (nginx, .NET) fails.
            SocketException { SocketErrorCode: SocketError.WouldBlock } => (LossKind.ConnectFailed, "full backlog"),
            SocketException socket => (KindOf(socket.SocketErrorCode), socket.Message),
            _ => (LossKind.BadReply, $"{failure.GetType().Name}: {failure.Message}"),
        };
    }

    /// <summary>The kind of a socket error; .NET calls EPIPE "Shutdown".</summary>
    private LossKind KindOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => LossKind.Refused,
        SocketError.TimedOut => Phase == LossPhase.Connect ? LossKind.ConnectTimeout : LossKind.Timeout,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => LossKind.Reset,
        _ => Phase == LossPhase.Connect ? LossKind.ConnectFailed : LossKind.Reset,
    };
}
