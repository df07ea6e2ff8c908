using Zerg.Posix;
using Zerg.Protocol;
using ZergPool.Control;
using ZergPool.Metrics;
using ZergPool.Roster;

namespace ZergPool;

/// <content>How much there is of everything that peers can make it keep, and how much there may be.</content>
internal sealed partial class Pool
{
    private readonly HashSet<string> _swapped = [];
    private bool _isScarce;
    private bool _sentAway;

    private IReadOnlyList<LimitStatus> Limits()
    {
        return
        [
            new("sessions", _bySession.Count + _waiting.Count, _options.MaxSessions, "max-sessions"),
            new("handshakes", _handshakes.Count, _options.MaxHandshakes, "max-handshakes"),
            new("history", _policies.Values.Max(policy => policy.History.Count()), _options.MaxHistory, "max-history"),
            new("orders waiting", _pending.Count, MaxPending),
            new("deployments", _deployments.Count(one => !one.IsOver), MaxDeployments),
            new("unsent frames of one", Sessions.Select(session => session.Unsent).DefaultIfEmpty().Max(), Session.MaxOutbox),
            new("frames a second of one", null, Session.MaxFramesPerSecond),
            new("bytes of a frame", null, FrameChannel.MaxFrame),
            new("descriptors", OpenDescriptors(), (long)FileLimit.Current.Soft),
        ];
    }

    // To count them takes one more.
    private static long? OpenDescriptors()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Said when it has come to that, not again while it is so. A descriptor that is open for a moment only is not counted
    // here, and may be what somebody was sent away for.
    private void WatchDescriptors()
    {
        var isScarce = OpenDescriptors() is not { } open || FileLimit.IsNear((int)open + 1) || _sentAway;
        _sentAway = false;
        if (isScarce && !_isScarce)
            Log.Scarce(_log, FileLimit.Current.Soft);
        _isScarce = isScarce;
    }

    private void SentAway()
    {
        _counters.Refuse(Refusal.Descriptors);
        _sentAway = true;
        if (!_isScarce)
            WatchDescriptors();
    }

    // A directory that others may write to makes this possible; said once for each thing that is found there.
    private void GuardPaths()
    {
        foreach (var (path, what) in _own.Swapped())
        {
            if (_swapped.Add($"{path} {what}"))
                Log.Swapped(_log, path, what);
        }

        // It cannot be put back: link(2) makes no name for what has none, and another socket is not what zerglings have.
        foreach (var socket in _table.Sockets)
        {
            if (socket.Instead is { } what && _swapped.Add($"{socket.Spec.Address} {what}"))
                Log.Unlinked(_log, socket.Spec.Address.ToString(), what);
        }
    }
}
