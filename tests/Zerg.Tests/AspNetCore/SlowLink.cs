using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Zerg.Tests.AspNetCore;

/// <summary>Passes bytes on to a port of this machine, each of them late: a client far away.</summary>
internal sealed class SlowLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly long _ticks;
    private readonly Task _accepting;

    public SlowLink(int port, TimeSpan delay)
    {
        _ticks = (long)(delay.TotalSeconds * Stopwatch.Frequency);
        _listener.Start();
        _accepting = AcceptAsync(port);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _over.Dispose();
    }

    private async Task AcceptAsync(int port)
    {
        var links = new List<Task>();
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_over.Token);
                var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                near.NoDelay = far.NoDelay = true;
                await far.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), _over.Token);
                links.Add(PassAsync(near, far));
                links.Add(PassAsync(far, near));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(links);
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var way = Channel.CreateUnbounded<(long Due, byte[] Bytes)>();
        var arriving = ArriveAsync(way.Reader, to);
        try
        {
            var buffer = new byte[64 * 1024];
            int count;
            do
            {
                count = await from.ReceiveAsync(buffer, _over.Token);
                way.Writer.TryWrite((Stopwatch.GetTimestamp() + _ticks, buffer[..count]));
            }
            while (count > 0);
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
            way.Writer.TryWrite((0, []));
        }

        await arriving;
    }

    // Nothing is the end of the stream.
    private async Task ArriveAsync(ChannelReader<(long Due, byte[] Bytes)> way, Socket to)
    {
        try
        {
            await foreach (var (due, bytes) in way.ReadAllAsync(_over.Token))
            {
                var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (left > TimeSpan.Zero)
                    await Task.Delay(left, _over.Token);
                if (bytes.Length == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                await to.SendAsync(bytes, _over.Token);
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever is still there reads the end of it from the other side.
        }
    }
}
