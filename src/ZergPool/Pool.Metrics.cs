using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Programs;
using ZergPool.Handover;
using ZergPool.Listening;
using ZergPool.Metrics;

namespace ZergPool;

/// <content>What is told to whoever scrapes it.</content>
internal sealed partial class Pool
{
    // Of the oldest, when there are more.
    private const int MaxMeteredZerglings = 1000;

    private Counters _counters;

    /// <summary>The metrics as text; it may be asked from anywhere.</summary>
    public Task<string> MetricsAsync(CancellationToken cancel)
    {
        var text = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Events.TryWrite(new PoolEvent.Scraped(text));
        return text.Task.WaitAsync(cancel);
    }

    private string Metrics()
    {
        var text = new OpenMetricsText();
        text.Family("zergpool", "info", "The program that runs.");
        text.Sample("_info", 1, ("version", ProgramVersion.Text));
        text.Family("zergpool_uptime_seconds", "gauge", "Since the pool started; upgrades do not count.", "seconds");
        text.Sample("", (_time.GetUtcNow() - _started).TotalSeconds);
        text.Family("zergpool_start_time_seconds", "gauge", "When that was.", "seconds");
        text.Sample("", _started.ToUnixTimeMilliseconds() / 1000.0);
        text.Family("zergpool_upgrades", "counter", "Programs that took over in this process.");
        text.Counter(_counters.Upgrades, _counters.Created);
        AddHandovers(text);
        AddRoster(text);
        AddResponses(text);
        AddSockets(text);
        AddLimits(text);
        AddProcess(text);
        return text.ToString();
    }

    private void AddHandovers(OpenMetricsText text)
    {
        text.Family("zergpool_generation", "gauge", "The generation that serves.");
        foreach (var (pool, policy) in _policies)
            text.Sample("", policy.Generation, ("pool", pool.ToString()));
        text.Family("zergpool_handover_in_progress", "gauge", "Whether a hand-over is under way.");
        foreach (var (pool, policy) in _policies)
            text.Sample("", policy.Current is null ? 0 : 1, ("pool", pool.ToString()));
        text.Family("zergpool_handovers", "counter", "Hand-overs that are over, and releases that failed before they had one.");
        foreach (var pool in _policies.Keys)
        {
            foreach (var outcome in Enum.GetValues<HandoverOutcome>())
            {
                text.Counter(
                    _counters.Of(pool.ToString()).Of(outcome), _counters.Created,
                    ("pool", pool.ToString()), ("outcome", Text(outcome).Replace(' ', '_')));
            }
        }

        text.Family(
            "zergpool_handover_seconds", "summary", "How long hand-overs took after which another release served.", "seconds");
        foreach (var pool in _policies.Keys)
        {
            var counts = _counters.Of(pool.ToString());
            text.Sample("_sum", counts.Seconds, ("pool", pool.ToString()));
            text.Sample("_count", counts.Took, ("pool", pool.ToString()));
            text.Sample("_created", _counters.Created.ToUnixTimeMilliseconds() / 1000.0, ("pool", pool.ToString()));
        }
    }

    private void AddRoster(OpenMetricsText text)
    {
        text.Family("zergpool_zerglings", "gauge", "Zerglings, by where they stand.");
        foreach (var (pool, policy) in _policies)
        {
            foreach (var state in Enum.GetValues<MemberState>())
            {
                text.Sample(
                    "", policy.Members.Values.Count(member => member.State == state),
                    ("pool", pool.ToString()), ("state", Enum.GetName(state)!.ToLowerInvariant()));
            }
        }

        text.Family("zergpool_sessions", "gauge", "Zerglings with a session.");
        text.Sample("", _bySession.Count + _waiting.Count);
        text.Family("zergpool_attaches", "counter", "Zerglings that attached.");
        text.Counter(_counters.Attaches, _counters.Created);
        text.Family("zergpool_refusals", "counter", "What was refused.");
        foreach (var reason in Enum.GetValues<Refusal>())
        {
            text.Counter(
                _counters.Refusals.GetValueOrDefault(reason), _counters.Created,
                ("reason", Enum.GetName(reason)!.ToLowerInvariant()));
        }

        AddReports(text, "zergpool_connections", "Open connections, as a zergling last said.", one => one.Connections);
        AddReports(text, "zergpool_requests_in_flight", "Requests in flight, as a zergling last said.", one => one.Requests);
        AddReports(
            text, "zergpool_workers", "Workers of a launcher.",
            one => FindMember(one.Id)?.Kind == MemberKind.Launcher ? one.Workers.Count : null);
    }

    private void AddReports(OpenMetricsText text, string name, string help, Func<Roster.Zergling, int?> read)
    {
        text.Family(name, "gauge", help);
        foreach (var zergling in _roster.Values.Take(MaxMeteredZerglings))
        {
            if (read(zergling) is { } value)
                text.Sample("", value, ("zergling", $"{zergling.Id}"), ("release", FindMember(zergling.Id)?.Release ?? ""));
        }
    }

    private void AddSockets(OpenMetricsText text)
    {
        AddQueue(text, "zergpool_socket_queue", "Connections that wait to be accepted.", socket => socket.Queue?.Queued);
        AddQueue(text, "zergpool_socket_backlog", "Connections that may wait.", socket => socket.Queue?.Backlog);
        text.Family("zergpool_socket_held", "gauge", "Whether the pool has it; missing ones are to be given back.");
        foreach (var socket in _table.Sockets)
            text.Sample("", socket.IsHeld ? 1 : 0, ("socket", socket.Spec.Name));
        text.Family("zergpool_repairs", "counter", "What somebody changed of a listener, and the pool set right.");
        _counters.Keep(_table.Sockets.Select(socket => socket.Spec.Name));
        foreach (var socket in _table.Sockets)
            text.Counter(_counters.Repairs.GetValueOrDefault(socket.Spec.Name), _counters.Created, ("socket", socket.Spec.Name));
    }

    private void AddQueue(OpenMetricsText text, string name, string help, Func<PoolSocket, int?> read)
    {
        text.Family(name, "gauge", help);
        foreach (var socket in _table.Sockets)
        {
            if (read(socket) is { } value)
                text.Sample("", value, ("socket", socket.Spec.Name));
        }
    }

    private void AddLimits(OpenMetricsText text)
    {
        var limits = Limits();
        text.Family("zergpool_limit", "gauge", "How much there may be.");
        foreach (var limit in limits)
            text.Sample("", limit.Most, ("of", limit.Name));
        text.Family("zergpool_used", "gauge", "How much of that there is.");
        foreach (var limit in limits.Where(limit => limit.Used is not null))
            text.Sample("", limit.Used!.Value, ("of", limit.Name));
    }

    private static void AddProcess(OpenMetricsText text)
    {
        if (OpenDescriptors() is { } open)
        {
            text.Family("process_open_fds", "gauge", "Open descriptors.");
            text.Sample("", open);
        }

        text.Family("process_max_fds", "gauge", "Descriptors that may be open.");
        text.Sample("", FileLimit.Current.Soft);
        text.Family("process_resident_memory_bytes", "gauge", "Resident memory.", "bytes");
        text.Sample("", Environment.WorkingSet);
    }

    private void TellOfMetrics()
    {
        if (_own.Metrics is { } socket)
            Log.Metered(_log, socket.Place);
    }

    // Bound first: what cannot be bound changes nothing.
    private MetricsSocket? BindMetrics(PoolOptions options) => options.Metrics == _own.Metrics?.Address ? _own.Metrics
        : options.Metrics is { } address ? MetricsSocket.Bind(address, options) : null;

    private void ChangeMetrics(MetricsSocket? next)
    {
        if (next == _own.Metrics)
            return;
        var former = _own.Metrics;
        _own.Metrics = next;
        _entrances!.OpenMetrics();
        former?.Dispose();
        TellOfMetrics();
    }
}
