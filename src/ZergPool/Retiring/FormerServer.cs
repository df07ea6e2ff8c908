using System.Diagnostics;
using Mono.Unix.Native;
using Zerg.Configuration;
using Zerg.Posix;

namespace ZergPool.Retiring;

/// <summary>A server with its workers that listens where a pool's zerglings do.</summary>
internal sealed class FormerServer : IDisposable
{
    // A worker that was woken before it was made deaf still accepts; then it has a connection. Half a second of looks,
    // and not of time: while the machine stands still it accepts nothing either.
    private const int QuietLooks = 25;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly ProcessHandle _process;
    private readonly List<(BindTarget Target, FileDescriptor Descriptor)> _listeners = [];

    private FormerServer(ProcessHandle process)
    {
        _process = process;
        Name = $"pid {process.Pid} ({SocketHolders.Command(process.Pid)})";
    }

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>
    /// Opens a process; null when there is none. What it listens on is found after that, and tells whether it is meant.
    /// </summary>
    public static FormerServer? Open(int pid)
        => ProcessHandle.Open(pid, one => one != Environment.ProcessId) is { } process ? new FormerServer(process) : null;

    /// <summary>Whether it still runs, so that all that was found by its number was found of it.</summary>
    public bool IsAlive => _process.IsAlive;

    /// <summary>Takes hold of what it and its descendants listen on together with the pool.</summary>
    /// <returns>Why nothing of it could be had; null when something could, or there is nothing.</returns>
    public string? Find(IEnumerable<BindTarget> targets, int pool)
    {
        var family = ProcessTable.Family(_process.Pid).ToHashSet();
        string? reason = null;
        foreach (var target in targets)
        {
            foreach (var inode in ListenerTable.At(target))
            {
                var holders = SocketHolders.Descriptors(inode);
                if (holders.FirstOrDefault(holder => family.Contains(holder.Pid)) is not { Pid: > 0 } holder
                    || SocketHolders.Holds(pool, new HashSet<ulong> { inode }) == false)
                    continue;
                var taken = ForeignListener.Take(holder.Pid, holder.Number, out var why);
                if (taken?.Inode == inode)
                {
                    _listeners.Add((target, taken));
                    continue;
                }

                // The number may have become something else meanwhile.
                reason = taken is null ? why : $"{Name}: its socket is gone";
                taken?.Dispose();
            }
        }

        return _listeners.Count > 0 ? null : reason;
    }

    /// <summary>Whether it listens on anything that the pool has.</summary>
    public bool IsFormer => _listeners.Count > 0;

    /// <summary>Whether it listens there.</summary>
    public bool ListensAt(IReadOnlyList<BindTarget> targets)
        => _listeners.Exists(listener => targets.Contains(listener.Target));

    /// <summary>Has it accept no more; false when it waits for connections in another way than by epoll(7).</summary>
    public bool Deafen() => EpollSets.Remove(_process.Pid, [.. _listeners.Select(listener => listener.Descriptor)]);

    /// <summary>Waits until it serves nobody of those who came to these listeners.</summary>
    /// <returns>How many connections it has left.</returns>
    public int Finish(TimeSpan mercy)
    {
        var time = Stopwatch.StartNew();
        var quiet = 0;
        while (true)
        {
            var left = Connections();
            quiet = left > 0 ? 0 : quiet + 1;
            if (quiet > QuietLooks || time.Elapsed >= mercy || HasEnded(s_look))
                return left;
        }
    }

    /// <summary>Sends a signal, SIGKILL to its descendants as well, and waits for its end.</summary>
    /// <returns>Whether it ended.</returns>
    public bool End(int signal, bool withDescendants, TimeSpan mercy)
    {
        // Before the signal, after which they have another parent.
        var family = withDescendants ? ProcessFamily.Open(_process) : [];
        _process.Signal(signal);
        foreach (var descendant in family)
        {
            descendant.Signal(signal);
            descendant.Dispose();
        }

        return HasEnded(mercy);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Dispose();
        _listeners.ForEach(listener => listener.Descriptor.Dispose());
    }

    private int Connections()
    {
        var all = _listeners.SelectMany(listener => ListenerTable.Connections(listener.Target)).ToHashSet();
        return all.Count == 0 ? 0
            : ProcessTable.Family(_process.Pid).Sum(pid => SocketHolders.Inodes(pid).Count(all.Contains));
    }

    private bool HasEnded(TimeSpan patience)
    {
        var polled = new[] { new Pollfd { fd = _process.Descriptor.Number, events = PollEvents.POLLIN } };
        return Syscall.poll(polled, (int)patience.TotalMilliseconds) > 0;
    }
}
