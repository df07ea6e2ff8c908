using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Zerg;
using Zerg.Posix;

namespace Zergling.AspNetCore.Listening;

/// <summary>
/// Accepts on one passed socket while it is open. The open file description behind it belongs to the pool and to every
/// other zergling too: it is never told to listen, never shut down, and no owning Socket is ever made over it.
/// </summary>
internal sealed partial class Gate : IAsyncDisposable
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private static int s_nextDescriptor = 3;

    private readonly Lock _sync = new();
    private readonly Socket _listener;
    private readonly Action<Socket> _deliver;
    private readonly ILogger _log;
    private CancellationTokenSource? _open;
    private Task _accepting = Task.CompletedTask;
    private bool _retired;

    public Gate(ZergSocket socket, Action<Socket> deliver, ILogger log)
    {
        _deliver = deliver;
        _log = log;
        Socket = Renumber(socket);
        _listener = new Socket(new SafeSocketHandle(Socket.Handle, ownsHandle: false));
    }

    /// <summary>Which socket this is, and as what it was passed last; it is the gate's own affair.</summary>
    public ZergSocket Socket { get; private set; }

    /// <summary>What is presented over TLS from now on; null for the app's own.</summary>
    public SslStreamCertificateContext? Certificate { get; set; }

    /// <summary>Goes on with its own descriptor for the same socket, which was passed once more.</summary>
    public void Renew(ZergSocket again, SslStreamCertificateContext? certificate)
    {
        Certificate = certificate ?? Certificate;
        using (again)
            Socket = new ZergSocket(Socket.Descriptor, again.Info);
    }

    /// <summary>Accepts connections from now on.</summary>
    public void Open()
    {
        lock (_sync)
        {
            if (_retired || _open is not null)
                return;
            _open = new CancellationTokenSource();
            var token = _open.Token;
            _accepting = Task.Run(() => AcceptAsync(token), CancellationToken.None);
        }
    }

    /// <summary>Accepts nothing more; when this completes, all that was accepted has been delivered.</summary>
    public async Task CloseAsync()
    {
        CancellationTokenSource? open;
        Task accepting;
        lock (_sync)
        {
            open = _open;
            accepting = _accepting;
            _open = null;
        }

        if (open is not null)
            await open.CancelAsync();
        await accepting;
        open?.Dispose();
    }

    /// <summary>Closes the gate and, last of all, this process's copy of the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_sync)
            _retired = true;
        await CloseAsync();
        Socket.Dispose();
    }

    // The runtime never forgets a number it has once waited for, and while anybody holds the listener the kernel does
    // not either: the same listener let go and passed again on the same number could not be waited for (EEXIST). So
    // each gate has a number that none had before it.
    private static ZergSocket Renumber(ZergSocket socket)
    {
        using (socket)
        {
            var descriptor = socket.Descriptor.Duplicate(Volatile.Read(ref s_nextDescriptor));
            Interlocked.Exchange(ref s_nextDescriptor, descriptor.Number + 1);
            return new ZergSocket(descriptor, socket.Info);
        }
    }

    private async Task AcceptAsync(CancellationToken closed)
    {
        var pause = s_shortestPause;
        while (!closed.IsCancellationRequested)
        {
            try
            {
                // An accept that has succeeded wins over its cancellation: the runtime then returns the connection
                // and forgets the token, so nothing between here and the delivery may look at it.
                var accepted = await _listener.AcceptAsync(closed);
                var isLast = FileLimit.IsNear((int)accepted.Handle);
                Deliver(accepted);
                pause = s_shortestPause;
                if (isLast)
                    await RoomAsync(closed);
            }
            catch (OperationCanceledException) when (closed.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException problem) when (problem.SocketErrorCode == SocketError.ConnectionAborted)
            {
                // The peer left the queue before it was served; the next one is waiting.
            }
            catch (Exception problem)
            {
                // Out of descriptors or memory, or somebody shut the listener down: it may pass.
                Log.AcceptFailed(_log, Socket.Address, problem.Message, pause.TotalMilliseconds);
                await Task.Delay(pause, closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            }
        }
    }

    // Whoever is in the queue waits there, or is served by another process, until connections have ended: the runtime
    // does not survive everything that finds no descriptor.
    private async Task RoomAsync(CancellationToken closed)
    {
        Log.NoRoom(_log, Socket.Address);
        while (!closed.IsCancellationRequested)
        {
            await Task.Delay(s_shortestPause, closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            using var next = Socket.Descriptor.Duplicate();
            if (!FileLimit.IsNear(next.Number))
                return;
        }
    }

    private void Deliver(Socket accepted)
    {
        try
        {
            _deliver(accepted);
        }
        catch (Exception problem)
        {
            accepted.Dispose();
            Log.Dropped(_log, problem, Socket.Address);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(221, LogLevel.Warning, "accept on '{Address}': {Problem}; trying again in {Milliseconds} ms",
            EventName = "AcceptFailed")]
        public static partial void AcceptFailed(ILogger log, string address, string problem, double milliseconds);

        [LoggerMessage(223, LogLevel.Warning,
            "'{Address}': hardly any descriptor is left (ulimit -n): connections wait until others have ended",
            EventName = "NoRoom")]
        public static partial void NoRoom(ILogger log, string address);

        [LoggerMessage(222, LogLevel.Error, "a connection of '{Address}' was dropped", EventName = "Dropped")]
        public static partial void Dropped(ILogger log, Exception problem, string address);
    }
}
