using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Zerg.Posix;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore;

/// <summary>
/// A private way in for whoever checks the app before it serves: an abstract UNIX socket, for root, this user and the
/// pool's alone.
/// </summary>
internal sealed partial class Probe : IAsyncDisposable
{
    private const int Backlog = 16;

    private readonly CancellationTokenSource _closed = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _accepting;

    public Probe(ZergListener app, IEnumerable<uint> uids, ILogger log)
    {
        var name = $"zergling-probe-{Environment.ProcessId}-{Guid.NewGuid():N}";
        _listener.Bind(new UnixDomainSocketEndPoint("\0" + name));
        _listener.Listen(Backlog);
        Address = "@" + name;
        uint[] allowed = [0, Mono.Unix.Native.Syscall.geteuid(), .. uids];
        _accepting = Task.Run(() => AcceptAsync(app, allowed, log));
    }

    /// <summary>Where it is: an abstract name behind <c>@</c>.</summary>
    public string Address { get; }

    /// <summary>Closes it; what was accepted is answered.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _closed.Dispose();
    }

    private async Task AcceptAsync(ZergListener app, uint[] allowed, ILogger log)
    {
        try
        {
            while (true)
            {
                var accepted = await _listener.AcceptAsync(_closed.Token);
                if (allowed.Contains(PeerCredentials.Of(accepted).Uid))
                    app.DeliverOwn(accepted);
                else
                    accepted.Dispose();
            }
        }
        catch (OperationCanceledException)
        {
            // It serves, or leaves.
        }
        catch (SocketException problem)
        {
            Log.Ended(log, problem.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(231, LogLevel.Warning, "the probe socket cannot accept any more: {Problem}", EventName = "ProbeEnded")]
        public static partial void Ended(ILogger log, string problem);
    }
}
