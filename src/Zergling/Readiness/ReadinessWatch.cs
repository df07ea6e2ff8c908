using Zerg.Configuration;
using Zerg.Posix;

namespace Zergling.Readiness;

/// <summary>
/// What tells that a worker is ready: the socket on which it may say so, the one on which it is asked, and the pipe
/// whose end says that its command has been executed. It only reports; the owner loop decides.
/// </summary>
internal sealed class ReadinessWatch : IDisposable
{
    /// <summary>The name of the descriptor on which an http check asks.</summary>
    public const string ProbeName = "probe";

    /// <summary>The longest name of a socket in the private directory, in bytes.</summary>
    public const int LongestName = 17; // notify-2147483647

    // Nobody but the check connects to it.
    private const int ProbeBacklog = 16;

    private readonly Poller _poller;
    private readonly NotifySocket _notify;
    private readonly Pipe _started = Pipe.Create();
    private readonly CancellationTokenSource _stopped = new();
    private readonly string? _probePath;
    private ListeningSocket? _probe;
    private HttpProbe? _asking;
    private Action<Notification>? _notified;

    /// <param name="poller">The thread that waits.</param>
    /// <param name="check">The check that the configuration asks for.</param>
    /// <param name="directory">A private directory for sockets.</param>
    /// <param name="id">Unique in that directory.</param>
    public ReadinessWatch(Poller poller, ReadyCheck check, string directory, int id)
    {
        _poller = poller;
        Check = check;
        _notify = new NotifySocket(Path.Combine(directory, $"notify-{id}"));
        if (check.Kind != ReadyKind.Http)
            return;
        _probePath = Path.Combine(directory, $"probe-{id}");
        _probe = ListeningSocket.BindAll(ListenAddress.ParseUnix(_probePath).Value!, ProbeBacklog)[0];
    }

    public ReadyCheck Check { get; }

    /// <summary>The value of NOTIFY_SOCKET.</summary>
    public string NotifyPath => _notify.Path;

    /// <summary>One more descriptor for the worker, or null.</summary>
    public FileDescriptor? Probe => _probe?.Descriptor;

    /// <summary>The end that the worker's process holds until its command is executed.</summary>
    public FileDescriptor Started => _started.Write;

    /// <summary>What came of the last question, for the message about a worker that does not become ready.</summary>
    public string? LastAnswer => _asking?.LastAnswer;

    /// <summary>Begins to watch a worker that was spawned.</summary>
    /// <param name="executed">Called once, when its command has been executed, or its process has ended.</param>
    /// <param name="notified">Called for a notification, and for the next one after <see cref="Listen"/>.</param>
    public void Begin(Action executed, Action<Notification> notified)
    {
        _started.Write.Dispose();
        _poller.Add(_started.Read, () =>
        {
            _poller.Remove(_started.Read);
            executed();
        });
        _notified = notified;
        Listen();
    }

    /// <summary>Hears the next notification, once the last one is dealt with: the rest waits in the kernel.</summary>
    public void Listen() => _poller.Post(() =>
    {
        if (_notify.Descriptor.IsClosed)
            return;
        _poller.Add(_notify.Descriptor, () =>
        {
            if (_notify.TryReceive() is not { } notification)
                return;
            _poller.Remove(_notify.Descriptor);
            _notified!(notification);
        });
    });

    /// <summary>Asks over http until there is an answer.</summary>
    /// <returns>True once the worker is ready; false when the watch was ended before.</returns>
    public async Task<bool> AskAsync(TimeProvider time)
    {
        _asking = new HttpProbe(_probePath!, Check);
        try
        {
            await _asking.RunAsync(time, _stopped.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Where it can be asked; null where it cannot.</summary>
    public string? ProbePath => _probe is null ? null : _probePath;

    /// <summary>The worker is ready: the launcher asks no more.</summary>
    public void EndAsking() => _stopped.Cancel();

    /// <summary>Nobody asks it any more.</summary>
    public void EndProbe()
    {
        EndAsking();
        if (_probe is null)
            return;
        _probe.Dispose();
        _probe = null;
        PrivateDirectory.Remove(_probePath!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndProbe();
        _stopped.Dispose();
        _poller.Post(() =>
        {
            _poller.Remove(_started.Read);
            _poller.Remove(_notify.Descriptor);
            _started.Dispose();
            _notify.Dispose();
        });
    }
}
