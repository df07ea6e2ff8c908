using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Zergling.AspNetCore.Draining;
using Zergling.AspNetCore.Watching;

namespace Zergling.AspNetCore.Listening;

/// <summary>
/// A connection from its accept to its end, with what a drain has to know of it. It wraps the transport's own, so that
/// nothing that ends a connection early (a failed handshake, a connection limit) escapes the count.
/// </summary>
internal sealed class TrackedConnection : ConnectionContext
{
    // From the announcement that an HTTP/2 connection ends until it may: the way to the client and back. That ends with
    // the client's answer to a PING; one that does not answer is not waited for any longer.
    private static readonly TimeSpan s_longestRoundTrip = TimeSpan.FromSeconds(5);

    // Until the client has read the responses that were sent before the announcement, and until Kestrel's own loop has
    // written the announcement, before any response after it.
    private static readonly TimeSpan s_reading = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_writing = TimeSpan.FromMilliseconds(20);

    private readonly ConnectionContext _inner;
    private readonly ConnectionRegister _register;
    private readonly Lock _resting = new();
    private TrackedRequest? _rest;
    private TrackedRequest? _only;
    private int _requests;
    private int _asked;
    private int _held;
    private GoAwayEcho? _echo;
    private long _quietSince;
    private volatile bool _isUpgraded;
    private Task? _announced;

    public TrackedConnection(ConnectionContext inner, ConnectionRegister register)
    {
        _inner = inner;
        _register = register;
        Accepted = _quietSince = register.Now;
        inner.Features.Set(this);
    }

    /// <summary>What the socket it came through presents over TLS; null for the app's own.</summary>
    public SslStreamCertificateContext? Certificate { get; init; }

    /// <summary>Counts what it is answered; null for the app's own connections.</summary>
    public ResponseCounter? Responses { get; init; }

    /// <summary>Requests that have begun and whose responses have not been written to the end.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>When it was accepted.</summary>
    public long Accepted { get; }

    /// <summary>What is spoken on it, as far as it has come.</summary>
    public string Protocol => _echo is not null ? "h2" : _isUpgraded ? "websocket" : "http/1.1";

    /// <summary>When the last response of the drain ended; before it, when the connection was accepted.</summary>
    public long QuietSince => Volatile.Read(ref _quietSince);

    /// <summary>When a drain closes the connection if it stays quiet; set and read by the drain alone.</summary>
    public double Patience { get; set; }

    /// <summary>It has been asked to close.</summary>
    public bool IsAsked => Volatile.Read(ref _asked) != 0;

    public override string ConnectionId
    {
        get => _inner.ConnectionId;
        set => _inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => _inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => _inner.Items;
        set => _inner.Items = value;
    }

    public override IDuplexPipe Transport
    {
        get => _inner.Transport;
        set => _inner.Transport = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => _inner.ConnectionClosed;
        set => _inner.ConnectionClosed = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => _inner.LocalEndPoint;
        set => _inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _inner.RemoteEndPoint;
        set => _inner.RemoteEndPoint = value;
    }

    /// <summary>It speaks HTTP/2, Kestrel is about to begin.</summary>
    public void Multiplex(ConnectionContext connection)
    {
        _echo = new GoAwayEcho();
        connection.Transport = new EchoingPipe(connection.Transport, _echo);
    }

    /// <summary>Counts a request in; its end counts itself out. Null where its response is not counted.</summary>
    public TrackedRequest? Begin(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        _isUpgraded = context.Request.Headers.Upgrade is [var upgrade]
            && string.Equals(upgrade, "websocket", StringComparison.OrdinalIgnoreCase);
        context.Response.OnStarting(static state => ((TrackedConnection)state).StartingAsync(), this);
        var request = Responses is null ? null : Wake();
        if (request is null)
        {
            context.Response.OnCompleted(static state => ((TrackedConnection)state).CompletedAsync(), this);
        }
        else
        {
            request.Begin(context);
            context.Response.OnCompleted(static state => ((TrackedRequest)state).CompletedAsync(), request);
        }

        if (_register.IsDraining && _echo is not null)
            _ = Announced();
        else if (_register.IsDraining)
            Ask();
        return request;
    }

    /// <summary>A request is over, and its place free for another one.</summary>
    public Task CompletedAsync(TrackedRequest request)
    {
        if (request != _only)
        {
            lock (_resting)
                (request.Next, _rest) = (_rest, request);
        }

        return CompletedAsync();
    }

    /// <summary>
    /// Asks Kestrel to end the connection in its protocol's way. Called from within a request that is Connection:
    /// close on its response, or GOAWAY with every stream still served; on an idle connection it is the end at once.
    /// </summary>
    public void Ask()
    {
        if (Interlocked.Exchange(ref _asked, 1) == 0)
            Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);

    public override void Abort() => _inner.Abort();

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _inner.DisposeAsync();
            await base.DisposeAsync();
        }
        finally
        {
            _register.Remove(this);
        }
    }

    // As many as there ever were at a time, none is made for each request: of HTTP/1.1 there is one.
    private TrackedRequest Wake()
    {
        if (_echo is null)
            return _only ??= new TrackedRequest(this);
        lock (_resting)
        {
            if (_rest is { } rested)
            {
                _rest = rested.Next;
                return rested;
            }
        }

        return new TrackedRequest(this);
    }

    // Just before the headers: the last moment to say in them that this response is the connection's last.
    private Task StartingAsync()
    {
        if (!_register.IsDraining)
            return Task.CompletedTask;
        if (_echo is not null)
            return FarewellAsync(_echo);
        Ask();
        return Task.CompletedTask;
    }

    // Kestrel announces the end (GOAWAY 2^31-1) while a stream is open and ends the connection as soon as none is, be
    // the client's next requests on their way or not. So one response is kept until they have arrived; once
    // END_STREAM is sent it is too late, the stream no longer counts then.
    private async Task FarewellAsync(GoAwayEcho echo)
    {
        await Announced();
        if (Interlocked.Exchange(ref _held, 1) != 0)
            return;
        await Task.WhenAny(echo.Heard, Task.Delay(s_longestRoundTrip, _register.Time, _inner.ConnectionClosed));

        // What came before the answer has been read; until Kestrel's own loop has made streams of it.
        await Task.Delay(s_writing, _register.Time);
    }

    private Task Announced() => LazyInitializer.EnsureInitialized(ref _announced, AnnounceAsync);

    // The announcement stands alone: a client that reads in one go that ten streams have ended and that there will be
    // no more has already queued ten requests in between, and may count them as lost (h2load does).
    private async Task AnnounceAsync()
    {
        await Task.Delay(s_reading, _register.Time);
        _echo?.Arm();
        Ask();
        await Task.Delay(s_writing, _register.Time);
    }

    private Task CompletedAsync()
    {
        // Before a drain nobody asks since when a connection is quiet, and reading a clock is not free.
        if (_register.IsDraining)
            Volatile.Write(ref _quietSince, _register.Now);
        Interlocked.Decrement(ref _requests);
        return Task.CompletedTask;
    }
}
