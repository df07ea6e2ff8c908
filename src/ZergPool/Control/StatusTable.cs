using System.Globalization;
using System.Text;
using ZergPool.Handover;

namespace ZergPool.Control;

/// <summary>The status as a table for people.</summary>
internal static class StatusTable
{
    /// <summary>Renders the whole state; times are told as ages.</summary>
    public static string Render(StatusDocument status, DateTimeOffset now)
    {
        var pool = status.Pool;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"pool {string.Join(", ", pool.Paths)}  pid {pool.Pid}  ")
            .Append(CultureInfo.InvariantCulture, $"version {pool.Version}  uid {pool.Uid}  gid {pool.Gid}  ")
            .Append(CultureInfo.InvariantCulture, $"generation {pool.Generation}  up {Age(now - pool.Started)}")
            .Append(pool.Upgraded == pool.Started ? "" : $", upgraded {Age(now - pool.Upgraded)} ago").Append("\n\n");
        string[] pools = status.Pools is null ? [] : ["POOL"];
        Table(text, ["SOCKET", "ADDRESS", "PROTOCOL", "QUEUED", "BACKLOG", "STATE", .. pools], status.Sockets.Select(
            socket => (string[])
            [
                socket.Name, socket.Address, socket.Protocol, Number(socket.Queued), Number(socket.Backlog),
                socket.State, .. Column(socket.Pool),
            ]));
        text.Append('\n');
        Table(
            text,
            [
                "ID", "PID", "KIND", "NAME", "RELEASE", "GEN", "MODE", "STATE", "SINCE", "CONN", "REQ", "WORKERS",
                .. pools,
            ],
            status.Zerglings.Select(one => (string[])
            [
                Number(one.Id), one.Pid == 0 ? "-" : Number(one.Pid), one.Kind, one.Name, one.Release ?? "-",
                Number(one.Generation), one.Mode, one.State, Age(now - one.Since), Number(one.Connections),
                Number(one.Requests), one.Workers.Count == 0 ? "-" : Number(one.Workers.Count), .. Column(one.Pool),
            ]));
        foreach (var one in status.Zerglings.Where(one => one.State == "draining"))
        {
            text.Append(CultureInfo.InvariantCulture, $"\nzergling {one.Id} waits for ")
                .Append(Safe(OpenText.Summary(one.Open, one.Workers))).Append('\n');
            foreach (var line in OpenText.Lines(one.Open, now))
                text.Append("    | ").Append(Safe(line)).Append('\n');
        }

        IEnumerable<(HandoverStatus? Handover, string? Pool)> handovers
            = status.Pools?.Select(one => (one.Handover, (string?)one.Path)) ?? [(status.Handover, null)];
        foreach (var (handover, path) in handovers.Where(one => one.Handover is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $"\nhand-over to {handover!.To}{In(path)} since ")
                .Append(CultureInfo.InvariantCulture, $"{Age(now - handover.Started)}: {handover.Phase}")
                .Append(handover.Exchange is { } exchange ? Safe($", {exchange.Describe(now)}") : "").Append('\n');
        }

        foreach (var one in status.Rollback)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nrollback{In(one.Pool)} to {Safe(ReleaseText.Of(one.Release))} ")
                .Append(Safe(one.Describe(now))).Append('\n');
        }

        foreach (var one in status.GoesBack)
        {
            text.Append(CultureInfo.InvariantCulture, $"\ngoing back{In(one.Pool)} to {Safe(ReleaseText.Of(one.Release))}, ")
                .Append(CultureInfo.InvariantCulture, $"which has to start again: {Safe(one.Reason)}\n");
        }

        foreach (var one in status.Watch)
            Add(text, one, IsExchanging(status, one), now);
        text.Append("\nlimits: ").AppendJoin(", ", status.Limits.Where(limit => limit.Used is not null).Select(
            limit => string.Create(CultureInfo.InvariantCulture, $"{limit.Name} {limit.Used} of {limit.Most}"))).Append('\n');
        foreach (var difference in status.Differences)
            text.Append('\n').Append(Safe(difference));
        if (status.Differences.Count > 0)
            text.Append('\n');
        foreach (var one in status.History.Take(MaxHistory))
        {
            var who = one.To == 0 ? "never attached" : $"{(one.IsForcedOut ? "" : "to ")}zergling {Number(one.To)}";
            text.Append(CultureInfo.InvariantCulture, $"\n{Age(now - one.Started)} ago: {who}{In(one.Pool)}, ")
                .Append(CultureInfo.InvariantCulture, $"{Safe(ReleaseText.Of(one.Release))}, {one.Outcome} in {one.Seconds:0.###} s");
            if (one.Reason.Length > 0)
                text.Append(": ").Append(Safe(one.Reason));
            foreach (var line in one.Output)
                text.Append("\n    | ").Append(Safe(line));
        }

        if (status.History.Count > 0)
            text.Append('\n');
        return text.ToString();
    }

    private const int MaxHistory = 10;

    private static bool IsExchanging(StatusDocument status, WatchStatus watch)
        => (status.Pools?.FirstOrDefault(pool => pool.Path == watch.Pool)?.Handover ?? status.Handover)?.Exchange is not null;

    private static void Add(StringBuilder text, WatchStatus watch, bool isExchanging, DateTimeOffset now)
    {
        text.Append(CultureInfo.InvariantCulture, $"\nwatch{In(watch.Pool)} {watch.Terms} of {watch.Requests} ")
            .Append("responses or more: ")
            .Append(watch.Until is { } until ? $"for {Age(until - now)} more"
                : isExchanging ? "until all workers are exchanged" : "nothing can be gone back to").Append('\n');
        if (watch.Problem is not null)
            text.Append(CultureInfo.InvariantCulture, $"  watch: {watch.Problem}\n");
        foreach (var one in watch.Generations)
        {
            text.Append(CultureInfo.InvariantCulture, $"  generation {one.Generation}, {Safe(ReleaseText.Of(one.Release))}: ")
                .Append(CultureInfo.InvariantCulture, $"{one.Responses} responses")
                .AppendJoin("", one.Terms.Select(term => $", {term.Seen}")).Append('\n');
        }
    }

    // Which pool it is, where there are several.
    private static string[] Column(string? pool) => pool is null ? [] : [pool];

    private static string In(string? pool) => pool is null ? "" : $" of {pool}";

    private static void Table(StringBuilder text, string[] titles, IEnumerable<string[]> rows)
    {
        var all = rows.Select(row => row.Select(Safe).ToArray()).Prepend(titles).ToList();
        var widths = titles.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        foreach (var row in all)
            text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>Zerglings chose some of these words: none of them may steer the terminal.</summary>
    public static string Safe(string text) => string.Concat(text.Select(one => char.IsControl(one) ? '?' : one));

    private static string Number(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A length of time in its two largest units.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 1 } => "0s",
        { TotalMinutes: < 1 } => $"{(int)age.TotalSeconds}s",
        { TotalHours: < 1 } => $"{(int)age.TotalMinutes}m{age.Seconds}s",
        { TotalDays: < 1 } => $"{(int)age.TotalHours}h{age.Minutes}m",
        _ => $"{(int)age.TotalDays}d{age.Hours}h",
    };
}
