using Mono.Unix.Native;
using Zerg.Posix;
using ZergPool.Control;

namespace ZergPool.Top;

/// <summary>What zerglings, their workers and all that descends from them use of the machine.</summary>
internal sealed class ProcessReader
{
    private static readonly double s_ticksPerSecond = Syscall.sysconf(SysconfName._SC_CLK_TCK);

    private Dictionary<int, ProcessFigures> _before = [];
    private double _readAt;

    /// <summary>By the ids of zerglings; of processor time, since the last look or else since they started.</summary>
    public IReadOnlyDictionary<int, ProcessUsage> Read(ControlReply reply)
    {
        // Its process ids mean nothing where its own is another one.
        if (reply.Status is not { } status || status.Pool.Pid != reply.Peer)
            return new Dictionary<int, ProcessUsage>();
        var now = Uptime();
        var all = new Dictionary<int, ProcessFigures>();
        foreach (var pid in ProcessTable.All())
        {
            if (ProcessTable.Figures(pid) is { } figures)
                all[pid] = figures;
        }

        var children = all.ToLookup(one => one.Value.Parent, one => one.Key);
        var usage = new Dictionary<int, ProcessUsage>();
        foreach (var one in status.Zerglings)
        {
            var family = Family([one.Pid, .. one.Workers], children).Where(all.ContainsKey).ToList();
            if (family.Count == 0)
                continue;
            usage[one.Id] = new ProcessUsage(
                family.Sum(pid => ProcessTable.ProportionalMemory(pid) ?? all[pid].Resident),
                family.Sum(pid => Cpu(pid, all[pid], now)));
        }

        (_before, _readAt) = (all, now);
        return usage;
    }

    private static HashSet<int> Family(IEnumerable<int> ancestors, ILookup<int, int> children)
    {
        var family = new HashSet<int>();
        var rest = new Stack<int>(ancestors);
        while (rest.TryPop(out var pid))
        {
            if (pid <= 0 || !family.Add(pid))
                continue;
            foreach (var child in children[pid])
                rest.Push(child);
        }

        return family;
    }

    private double Cpu(int pid, ProcessFigures figures, double now)
    {
        var isKnown = _before.TryGetValue(pid, out var before) && before.Started == figures.Started;
        var used = figures.Ticks - (isKnown ? before.Ticks : 0);
        var elapsed = now - (isKnown ? _readAt : figures.Started / s_ticksPerSecond);
        return 100 * used / s_ticksPerSecond / Math.Max(elapsed, 1 / s_ticksPerSecond);
    }

    private static double Uptime() => double.Parse(
        File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
