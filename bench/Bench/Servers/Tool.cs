using System.Net;
using System.Net.Sockets;
using Zerg.Stage;

namespace Zerg.Bench.Servers;

/// <summary>Programs of the system.</summary>
internal static class Tool
{
    /// <summary>A port that was free a moment ago, for programs that cannot be asked which one they got.</summary>
    public static IPEndPoint FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    /// <summary>Waits until somebody listens.</summary>
    public static async Task ListeningAsync(IPEndPoint target, Child child, CancellationToken cancel)
    {
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(target, cancel);
                return;
            }
            catch (SocketException)
            {
                if (child.HasExited)
                    throw child.Died("before it listened");
                await Task.Delay(50, cancel);
            }
        }
    }
}
