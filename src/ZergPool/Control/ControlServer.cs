using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Zerg;
using Zerg.Posix;

namespace ZergPool.Control;

/// <summary>
/// Reads one line of JSON from each connection of a control socket, gives it to the owner loop, and writes its
/// answer as one line. Few are listened to at a time, the oldest gives way to the next one; those who may order
/// nothing have places of their own.
/// </summary>
internal sealed partial class ControlServer(Socket listener, Pool pool, ILogger log)
{
    private const int MaxConnections = 32;
    private const int MaxStrangers = 4;

    private readonly List<ControlConnection> _interrupted = [];

    /// <summary>Those that are still to be served, once <see cref="RunAsync"/> has ended.</summary>
    public IReadOnlyList<ControlConnection> Interrupted => _interrupted;

    /// <summary>Takes a connection over, before it runs.</summary>
    public void Adopt(ControlConnection connection) => _interrupted.Add(connection);

    /// <summary>Serves until it is told to freeze; what is being answered then is brought to its end.</summary>
    public async Task RunAsync(CancellationToken freeze)
    {
        List<Served> served = [.. _interrupted.Select(connection => Serve(connection, freeze))];
        _interrupted.Clear();
        try
        {
            while (true)
            {
                var socket = await Accepting.NextAsync(listener, pool, freeze);
                if (PeerOf(socket) is not { } peer)
                    continue;
                served.RemoveAll(one => one.Serving.IsCompleted);
                var isPermitted = pool.MayOrder(peer);
                var read = served.Where(one => one.IsPermitted == isPermitted && one.Reading?.IsCompleted == false).ToList();

                // More than one where those before have been told to give way and are not through with that.
                foreach (var old in read.Take(read.Count + 1 - (isPermitted ? MaxConnections : MaxStrangers)))
                    old.Connection.Dispose();
                served.Add(Serve(new ControlConnection(socket, peer), freeze));
            }
        }
        catch (OperationCanceledException)
        {
            foreach (var one in served)
            {
                if (!await one.Serving)
                    _interrupted.Add(one.Connection);
            }
        }
    }

    private static PeerCredentials? PeerOf(Socket socket)
    {
        try
        {
            return PeerCredentials.Of(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private Served Serve(ControlConnection connection, CancellationToken freeze)
    {
        // Over before the order is carried out: some take a minute, and the next may ask for the status.
        var reading = connection.IsRead ? null : connection.ReadAsync(freeze);
        return new Served(
            connection, pool.MayOrder(connection.Peer), reading, ServeAsync(connection, reading, freeze));
    }

    /// <summary>False when it was interrupted, and is to be served on.</summary>
    private async Task<bool> ServeAsync(
        ControlConnection connection, Task<ControlRequest?>? reading, CancellationToken freeze)
    {
        var reply = connection.Reply;
        try
        {
            if (reading is null)
            {
                // Its order was read before an interruption.
            }
            else if (await reading is { } request)
            {
                pool.Events.TryWrite(new PoolEvent.Commanded(request, connection.Peer, reply));
            }
            else
            {
                reply.SetResult(new ControlReply { ExitCode = ExitCodes.Usage, Message = "not a line of JSON" });
            }

            await connection.WriteAsync(await reply.Task.WaitAsync(freeze), freeze);
        }
        catch (OperationCanceledException) when (freeze.IsCancellationRequested && !connection.IsAnswered)
        {
            return false;
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // Whoever asked is gone or too slow; nothing depends on the answer.
            var reason = connection.IsRead ? "it took no answer" : "it was silent";
            Log.Dropped(log, connection.Peer.Pid, connection.Peer.Uid, reason);
        }

        connection.Dispose();
        return true;
    }

    /// <param name="Connection">One that was accepted.</param>
    /// <param name="IsPermitted">Whether its peer may give orders.</param>
    /// <param name="Reading">Its order, as it comes; null when it was read before an interruption.</param>
    /// <param name="Serving">All of it.</param>
    private sealed record Served(
        ControlConnection Connection, bool IsPermitted, Task<ControlRequest?>? Reading, Task<bool> Serving);

    private static partial class Log
    {
        [LoggerMessage(105, LogLevel.Warning, "order of pid {Pid} uid {Uid} dropped: {Reason}")]
        public static partial void Dropped(ILogger log, int pid, uint uid, string reason);
    }
}
