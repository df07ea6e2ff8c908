using System.Diagnostics;
using System.Net.Sockets;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg;

/// <content>Attaching: for the first time, and once more to a pool that was gone.</content>
public sealed partial class ZergClient
{
    // Long enough for whatever a pool of ours says.
    private const int MaxReason = 1000;

    private const double Jitter = 0.5;

    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(1);

    // As long as a pool may take to get its sockets back.
    private static readonly TimeSpan s_absence = TimeSpan.FromSeconds(10);

    private static readonly ZergStanding s_newcomer = new(ZerglingState.Starting, 0, []);

    /// <summary>Connects, receives the sockets, and opens the session.</summary>
    /// <exception cref="ZergException">
    /// The pool is absent, silent, refuses, or is no pool; one line says which.
    /// </exception>
    public static async Task<ZergClient> AttachAsync(ZergClientOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var past = new Past(TimeProvider.System.GetUtcNow());
        try
        {
            var client = await AttachAsync(options, past, s_newcomer, cancel).ConfigureAwait(false);
            if (!client.IsPlain)
                return client;
            await client.DisposeAsync().ConfigureAwait(false);
            foreach (var socket in client.Sockets)
                socket.Dispose();
        }
        catch (ZergException end) when (end is
        {
            ExitCode: ExitCodes.NotPermitted, IsRefusal: false, InnerException: null,
        })
        {
            // It closed, and said nothing.
        }
        catch (ZergException end) when (end.InnerException is SocketException
        {
            SocketErrorCode: SocketError.ConnectionRefused or SocketError.WouldBlock,
        })
        {
            // Its file is there, and nobody listens: a pool was killed. One that ends removes the file. Or it has so many
            // who attach that no more may wait, unix(7).
            return await AttachAgainAsync(options, past, s_absence, cancel).ConfigureAwait(false);
        }

        return await AttachAgainAsync(options, past, options.RecoveryTimeout, cancel).ConfigureAwait(false);
    }

    // A pool that is killed before its greeting looks like one that refuses, and right after it like a uWSGI; only those
    // do the same again. The next pool may take a while to come.
    private static async Task<ZergClient> AttachAgainAsync(
        ZergClientOptions options, Past past, TimeSpan patience, CancellationToken cancel)
    {
        var backoff = new Backoff(s_firstWait, s_longestWait, TimeSpan.MaxValue, Jitter);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await AttachAsync(options, past, s_newcomer, cancel).ConfigureAwait(false);
            }
            catch (ZergException absent) when (absent.ExitCode == ExitCodes.Unavailable
                && Stopwatch.GetElapsedTime(began) < patience)
            {
                await Task.Delay(backoff.After(TimeSpan.Zero), cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Attaches once more, after <see cref="OrdersAsync"/> has ended; one try. The pool that is there now hears what it
    /// cannot know, and is offered the sockets if it came back without them. The new session has descriptors of its
    /// own for all of the pool's sockets: see <see cref="ZergSocket.IsSameAs"/>.
    /// </summary>
    /// <exception cref="ZergException">
    /// The pool is absent, silent, refuses, or is no pool; one line says which.
    /// </exception>
    public Task<ZergClient> ReattachAsync(ZergStanding standing, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(standing);
        return IsPlain
            ? throw new InvalidOperationException("a plain pool keeps no session")
            : AttachAsync(_options, _past with { Session = Session }, standing, cancel);
    }

    private static async Task<ZergClient> AttachAsync(
        ZergClientOptions options, Past past, ZergStanding standing, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(options.Timeout);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var channel = new FrameChannel(socket);
        try
        {
            // As fs.protected_symlinks does it, proc_sys_fs(5): whoever made the link could lead anybody anywhere.
            if (UnixSocketFile.LinkOwner(options.Pool) is { } owner && owner != 0 && owner != Mono.Unix.Native.Syscall.geteuid())
            {
                throw new ZergException(
                    $"{options.Pool}: a symbolic link of uid {owner} is there, who is neither root nor this user",
                    ExitCodes.NotPermitted)
                {
                    IsRefusal = true,
                };
            }

            await socket.ConnectAsync(UnixAddress.EndPoint(options.Pool), timeout.Token).ConfigureAwait(false);
            var peer = PeerCredentials.Of(socket).Uid;
            await HelloAsync(options, past, standing, channel, timeout.Token).ConfigureAwait(false);
            var count = await GreetingAsync(options, channel, timeout.Token).ConfigureAwait(false);
            if (count == 0 && standing.Sockets.Count > 0)
                await OfferAsync(options, past, standing, channel, peer, timeout.Token).ConfigureAwait(false);
            var welcome = count > 0
                ? await WelcomeAsync(channel, timeout.Token).ConfigureAwait(false)
                : await LateWelcomeAsync(options, channel, cancel).ConfigureAwait(false);

            // A uWSGI has sockets to pass, and nothing else to say: not to a newcomer.
            if (welcome is null && (count == 0 || past.PoolUid is not null))
            {
                throw new ZergException(
                    $"{options.Pool}: the pool closed the connection without its welcome", ExitCodes.Unavailable);
            }

            var descriptors = channel.TakeDescriptors(count + (welcome?.Descriptors ?? 0));
            return new ZergClient(
                channel, options, past with { PoolUid = past.PoolUid ?? peer },
                Wrap(descriptors, welcome?.Sockets ?? [.. descriptors.Select(PlainSocket.Describe)]), welcome);
        }
        catch (Exception problem)
        {
            channel.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw Explain(options, problem);
        }
    }

    private static async Task HelloAsync(
        ZergClientOptions options, Past past, ZergStanding standing, FrameChannel channel, CancellationToken cancel)
    {
        var hello = new HelloFrame
        {
            Protocol = FrameChannel.ProtocolVersion,
            Role = options.IsLauncher ? ZerglingRole.Launcher : ZerglingRole.App,
            App = FrameText.Cut(options.App),
            Release = FrameText.Cut(options.Release),
            Name = FrameText.Cut(options.Name),
            Mode = options.Mode,
            Workers = options.Workers,
            State = standing.State,
            Generation = standing.Generation,
            Session = past.Session,
            Started = past.Started,
            Holds = [.. standing.Sockets.Select(socket => socket.Address)],
        };

        await TrySendAsync(channel, hello, [], cancel).ConfigureAwait(false);
    }

    // Neither side waits for the other: a pool that recovers reads the hello before it greets, and a uWSGI pool greets
    // and closes without reading anything, which may reset this very send. What it has said before that is there to be
    // read.
    private static async Task TrySendAsync(
        FrameChannel channel, Frame frame, IReadOnlyList<FileDescriptor> descriptors, CancellationToken cancel)
    {
        try
        {
            await channel.SendAsync(frame, descriptors, cancel).ConfigureAwait(false);
        }
        catch (SyscallException problem) when (problem.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
        }
    }

    // A pool that refuses closes; when the hello has come before that, the close is a reset.
    private static async Task<int> GreetingAsync(
        ZergClientOptions options, FrameChannel channel, CancellationToken cancel)
    {
        byte[] greeting;
        try
        {
            greeting = await channel.ReceiveBytesAsync(Greeting.Length, cancel).ConfigureAwait(false);
        }
        catch (SyscallException problem) when (problem.Errno is Errno.ECONNRESET)
        {
            greeting = [];
        }

        return greeting.Length > 0 ? Greeting.Read(greeting) : throw new ZergException(
            $"{options.Pool}: the pool closed the connection without its greeting, and its log says why; "
            + "does it allow this uid or gid (allow-uid, allow-gid)?",
            ExitCodes.NotPermitted);
    }

    // Whoever can put a socket in the pool's place must not come by the listeners that way.
    private static async Task OfferAsync(
        ZergClientOptions options, Past past, ZergStanding standing, FrameChannel channel, uint peer,
        CancellationToken cancel)
    {
        if (peer != 0 && peer != past.PoolUid && peer != Mono.Unix.Native.Syscall.geteuid())
        {
            throw new ZergException(
                $"{options.Pool}: a process of uid {peer} asks for the sockets there, which is neither root's, this "
                + $"process's nor that of the pool they are from ({past.PoolUid})",
                ExitCodes.NotPermitted)
            {
                IsRefusal = true,
            };
        }

        var duplicates = new List<FileDescriptor>();
        try
        {
            duplicates.AddRange(standing.Sockets.Select(socket => socket.Descriptor.Duplicate()));
            var offer = new OfferFrame { Sockets = [.. standing.Sockets.Select(socket => socket.Info)] };
            await TrySendAsync(channel, offer, duplicates, cancel).ConfigureAwait(false);
        }
        finally
        {
            duplicates.ForEach(duplicate => duplicate.Dispose());
        }
    }

    private static async Task<WelcomeFrame?> WelcomeAsync(FrameChannel channel, CancellationToken cancel)
    {
        try
        {
            return await channel.ReceiveAsync(cancel).ConfigureAwait(false) switch
            {
                null => null,
                { } frame when FrameBounds.WhyNot(frame) is { } reason => throw new ProtocolException(reason),
                WelcomeFrame welcome => welcome,
                StopFrame stop => throw new ZergException(OneLine.Of(stop.Reason, MaxReason), FrameBounds.Status(stop.ExitCode))
                {
                    IsRefusal = true,
                },
                var other => throw new ProtocolException($"expected welcome, received {other.GetType().Name}"),
            };
        }
        catch (SyscallException problem) when (problem.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            return null;
        }
    }

    // A pool that came back welcomes nobody before it has all of its sockets, from whoever holds them.
    private static async Task<WelcomeFrame?> LateWelcomeAsync(
        ZergClientOptions options, FrameChannel channel, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(options.RecoveryTimeout);
        try
        {
            return await WelcomeAsync(channel, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new ZergException(
                $"{options.Pool}: the pool came back and did not get its sockets within "
                + $"{options.RecoveryTimeout.TotalSeconds:0.#} s",
                ExitCodes.Unavailable, late);
        }
    }

    private static ZergException Explain(ZergClientOptions options, Exception problem) => problem switch
    {
        ZergException known => known,
        OperationCanceledException => new ZergException(
            $"{options.Pool}: the pool did not greet within {options.Timeout.TotalSeconds:0.#} s",
            ExitCodes.Unavailable, problem),
        SocketException { SocketErrorCode: SocketError.AccessDenied } => new ZergException(
            $"{options.Pool}: not permitted to connect to the pool", ExitCodes.NotPermitted, problem),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => new ZergException(
            // What .NET makes of ENOENT.
            $"{options.Pool}: the pool cannot be reached: there is no such socket", ExitCodes.Unavailable, problem),
        ProtocolException => new ZergException(
            $"{options.Pool}: not a zerg pool: {problem.Message}", ExitCodes.Unavailable, problem),
        _ => new ZergException(
            $"{options.Pool}: the pool cannot be reached: {SyscallException.Explain(problem)}",
            ExitCodes.Unavailable, problem),
    };

    // What outlasts a session: the next one begins with it.
    private sealed record Past(DateTimeOffset Started)
    {
        /// <summary>That of the pool which passed the sockets over first; null before that.</summary>
        public uint? PoolUid { get; init; }

        public int Session { get; init; }
    }
}
