using System.Diagnostics;
using System.Net.Sockets;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Stage;

namespace Zerg.Bench.Measurements;

/// <summary>Attaches again and again, and times each.</summary>
internal static class Attacher
{
    /// <summary>Milliseconds from the call to the sockets in hand, with the whole session opened.</summary>
    public static async Task<double> SessionAsync(string pool, CancellationToken cancel)
    {
        var options = new ZergClientOptions { Pool = pool, Release = "bench", Name = "bench", Mode = ZergMode.Standby };
        var start = Stopwatch.GetTimestamp();
        await using var client = await ZergClient.AttachAsync(options, cancel);
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        foreach (var socket in client.Sockets)
            socket.Dispose();
        return took;
    }

    /// <summary>Milliseconds for connect and recvmsg alone, as uWSGI's own zerglings do it.</summary>
    public static double Raw(string pool)
    {
        var received = new List<FileDescriptor>();
        var start = Stopwatch.GetTimestamp();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(UnixAddress.EndPoint(pool));
        var bytes = new byte[Greeting.Length];
        int count;
        do
        {
            socket.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead);
            count = Ancillary.Receive(socket.SafeHandle, bytes, received);
        }
        while (count < 0);

        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        // Before the connection closes, lest the pool takes this process for a zergling that kept them.
        foreach (var descriptor in received)
            descriptor.Dispose();
        return received.Count > 0 ? took : throw new StageException($"{pool} passed no socket over");
    }
}
