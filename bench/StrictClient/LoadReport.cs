using System.Diagnostics;

namespace Zerg.StrictClient;

/// <summary>What a run came to; requests = ok + lost, always.</summary>
internal sealed record LoadReport
{
    public required LoadMode Mode { get; init; }

    public required int Connections { get; init; }

    public required double DurationSeconds { get; init; }

    public required long Requests { get; init; }

    public required long Ok { get; init; }

    public required long Lost { get; init; }

    public required double RequestsPerSecond { get; init; }

    public required IReadOnlyDictionary<LossKind, long> Losses { get; init; }

    public required IReadOnlyDictionary<LossKind, long> LossesInWindows { get; init; }

    public required IReadOnlyDictionary<LossKind, long> LossesOutside { get; init; }

    /// <summary>Connections the server ended with notice: Connection: close, GOAWAY or a Close frame.</summary>
    public required long Reconnects { get; init; }

    /// <summary>Idle connections found closed before anything was sent on them: not losses.</summary>
    public required long IdleCloses { get; init; }

    /// <summary>As <see cref="IdleCloses"/>, but with a reset, which no server should do.</summary>
    public required long IdleResets { get; init; }

    public required long ConnectionsOpened { get; init; }

    /// <summary>WebSocket messages on their way when the server ended the connection with a Close frame.</summary>
    public required long Unanswered { get; init; }

    /// <summary>Requests whose time came, but which were never sent, for the server was too slow.</summary>
    public required long Unsent { get; init; }

    /// <summary>Good responses whose body told no length and was not checked: whether it was cut cannot be seen.</summary>
    public required long Unmeasured { get; init; }

    public required LatencySummary Latency { get; init; }

    public required LatencySummary LatencyInWindows { get; init; }

    public required LatencySummary LatencyOutside { get; init; }

    public required double LongestStallInWindowsMs { get; init; }

    public required double LongestStallOutsideMs { get; init; }

    public required IReadOnlyDictionary<int, long> Statuses { get; init; }

    public required IReadOnlyDictionary<string, long> Releases { get; init; }

    public required IReadOnlyList<WindowSpan> Windows { get; init; }

    public required IReadOnlyList<LossSample> FirstLosses { get; init; }

    public static LoadReport Of(LoadRun run)
    {
        var tally = run.Tally;
        var lost = tally.Losses.Total;
        var seconds = Stopwatch.GetElapsedTime(tally.Start, run.LoadEnd ?? Stopwatch.GetTimestamp()).TotalSeconds;
        return new LoadReport
        {
            Mode = run.Options.Mode,
            Connections = run.Options.Connections,
            DurationSeconds = Math.Round(seconds, 3),
            Requests = tally.Ok + lost,
            Ok = tally.Ok,
            Lost = lost,
            RequestsPerSecond = Math.Round((tally.Ok + lost) / seconds, 1),
            Losses = tally.Losses.Counts(inWindows: true, outside: true),
            LossesInWindows = tally.Losses.Counts(inWindows: true, outside: false),
            LossesOutside = tally.Losses.Counts(inWindows: false, outside: true),
            Reconnects = tally.Reconnects,
            IdleCloses = tally.IdleCloses,
            IdleResets = tally.IdleResets,
            ConnectionsOpened = tally.Opened,
            Unanswered = tally.Unanswered,
            Unsent = tally.Unsent,
            Unmeasured = tally.Unmeasured,
            Latency = LatencySummary.Of(tally.LatencyIn, tally.LatencyOut),
            LatencyInWindows = LatencySummary.Of(tally.LatencyIn),
            LatencyOutside = LatencySummary.Of(tally.LatencyOut),
            LongestStallInWindowsMs = Milliseconds(tally.Stalls.LongestIn),
            LongestStallOutsideMs = Milliseconds(tally.Stalls.LongestOut),
            Statuses = tally.Statuses(),
            Releases = tally.Releases.Counts(),
            Windows = tally.Windows.Spans(tally.Start),
            FirstLosses = tally.Losses.Samples(),
        };
    }

    private static double Milliseconds(long ticks) => Math.Round(ticks * 1000.0 / Stopwatch.Frequency, 3);
}
