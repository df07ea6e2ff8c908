using System.Net.Sockets;
using System.Text.Json;
using Zerg;
using Zerg.Posix;
using Zerg.Protocol;

namespace ZergPool.Control;

/// <summary>Gives a running pool one order and waits for its answer.</summary>
internal static class ControlClient
{
    // Only what is answered at once: an order waits until it has taken effect.
    private const int StatusPatience = 10_000;

    /// <summary>Asks; an unreachable pool is an answer as well.</summary>
    public static ControlReply Ask(string address, ControlRequest request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (request.Command is "status" or "history" or "reopen")
            socket.SendTimeout = socket.ReceiveTimeout = StatusPatience;
        try
        {
            socket.Connect(UnixAddress.EndPoint(address));
            using var stream = new NetworkStream(socket);
            JsonSerializer.Serialize(stream, request, ControlJson.Default.ControlRequest);
            stream.WriteByte((byte)'\n');
            using var reader = new StreamReader(stream);
            return reader.ReadLine() is { } line
                && JsonSerializer.Deserialize(line, ControlJson.Default.ControlReply) is { } reply
                ? reply with { Peer = PeerCredentials.Of(socket).Pid, ExitCode = FrameBounds.Status(reply.ExitCode) }
                : new ControlReply { ExitCode = ExitCodes.Unavailable, Message = $"{address}: the pool gave no answer" };
        }
        catch (SocketException problem) when (problem.SocketErrorCode == SocketError.AccessDenied)
        {
            return new ControlReply
            {
                ExitCode = ExitCodes.NotPermitted,
                Message = $"{address}: not permitted to give this pool orders (control-uid, control-gid)",
            };
        }
        catch (IOException problem) when (problem.InnerException is SocketException
        {
            SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock,
        })
        {
            return new ControlReply
            {
                ExitCode = ExitCodes.Unavailable,
                Message = $"{address}: the pool did not answer within {StatusPatience / 1000} s",
            };
        }
        catch (Exception problem) when (problem is SocketException or IOException or JsonException)
        {
            return new ControlReply
            {
                ExitCode = ExitCodes.Unavailable,
                Message = $"{address}: no pool answers there: {SyscallException.Explain(problem)}",
            };
        }
    }
}
