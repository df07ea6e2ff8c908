using System.Diagnostics;
using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Fuzz.Targets;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg.Fuzz;

/// <summary>
/// Sends to a socket of a running program what a target would be given, over one connection after another. A process of
/// its own: a pool may signal a peer that does not leave.
/// </summary>
internal sealed class Attacker(FuzzTarget target, string path, int seed) : IDisposable
{
    private const int MaxDescriptors = 4;

    private static readonly TimeSpan s_listens = TimeSpan.FromMilliseconds(20);

    private readonly FileDescriptor _passed = new(Syscall.open("/dev/null", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC));
    private readonly byte[] _buffer = new byte[4096];

    /// <summary>Attacks for a time; a refused connection is passed over.</summary>
    /// <returns>How many messages were sent.</returns>
    public async Task<int> RunAsync(TimeSpan time)
    {
        var random = new Random(seed);
        var mutator = new Mutator(random, target.Tokens);
        var seeds = target.Seeds();
        var sent = 0;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            var input = seeds[random.Next(seeds.Count)];
            if (random.Next(4) > 0)
                input = mutator.Mutate(input, seeds[random.Next(seeds.Count)]);
            sent += await SendAsync(input, random) ? 1 : 0;
        }

        return sent;
    }

    /// <inheritdoc/>
    public void Dispose() => _passed.Dispose();

    private async Task<bool> SendAsync(byte[] input, Random random)
    {
        var isDatagram = target is NotifyTarget;
        var bytes = target is FrameTarget ? FrameTarget.Stream(input) : input;
        using var socket = new Socket(
            AddressFamily.Unix, isDatagram ? SocketType.Dgram : SocketType.Stream, ProtocolType.Unspecified);
        using var channel = new FrameChannel(socket);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            var passed = bytes.Length == 0 ? 0 : random.Next(MaxDescriptors);
            await channel.SendAsync(bytes, [.. Enumerable.Repeat(_passed, passed)], default);

            // Some are gone at once, some say that nothing follows, some hear what there is to be heard.
            var way = random.Next(3);
            if (way == 1 && !isDatagram)
                socket.Shutdown(SocketShutdown.Send);
            using var patience = new CancellationTokenSource(s_listens);
            while (way > 0 && !isDatagram && await socket.ReceiveAsync(_buffer, patience.Token) > 0)
            {
            }

            return true;
        }
        catch (Exception gone) when (gone is SocketException or IOException or OperationCanceledException)
        {
            return gone is OperationCanceledException;
        }
    }
}
