using System.Collections.Concurrent;
using Zerg.Stage;

namespace Zerg.Demo;

/// <summary>Takes scenes of the show; used by one view alone.</summary>
internal sealed class Camera(Journal journal, int plannedHandOvers)
{
    private const int KeptPulses = 400;
    private const int RecentPulses = 4;
    private static readonly TimeSpan s_exposure = TimeSpan.FromSeconds(0.25);

    private readonly List<Pulse> _pulses = [];
    private readonly ConcurrentBag<string> _refused = [];
    private volatile Set? _set;
    private Pulse? _last;
    private ZergPool.Control.StatusDocument? _status;
    private TimeSpan _next;

    /// <summary>Those that have been completed.</summary>
    public int HandOvers { get; set; }

    /// <summary>What it comes to so far.</summary>
    public string Describe() =>
        $"{_last?.Losses ?? 0} lost of {_last?.Requests ?? 0} requests over {HandOvers} hand-overs";

    /// <summary>Told once the load has begun.</summary>
    public void Watch(PoolProcess pool, LoadMix load) => _set = new Set(pool, load);

    /// <summary>Told of a release that did not make it.</summary>
    public void Refuse(string release) => _refused.Add(release);

    /// <summary>What is to be seen now; the load and the roster are looked at four times a second.</summary>
    public Scene Take()
    {
        if (_set is { } set && journal.Elapsed >= _next)
        {
            _next = journal.Elapsed + s_exposure;
            _last = set.Load.Take();
            _pulses.Add(_last);
            if (_pulses.Count > KeptPulses)
                _pulses.RemoveAt(0);
            _status = set.Pool.Status() ?? _status;
        }

        Pulse[] recent = [.. _pulses.TakeLast(RecentPulses)];
        var before = _pulses.Count > recent.Length ? _pulses[^(recent.Length + 1)] : null;
        var seconds = recent.Length == 0 ? 0 : (recent[^1].At - (before?.At ?? TimeSpan.Zero)).TotalSeconds;
        return new Scene
        {
            Elapsed = journal.Elapsed,
            Address = _set is { } there ? $"{there.Pool.EndPoint}" : "",
            HandOvers = HandOvers,
            PlannedHandOvers = plannedHandOvers,
            Requests = _last?.Requests ?? 0,
            Losses = _last?.Losses ?? 0,
            PerSecond = seconds > 0 ? (recent[^1].Requests - (before?.Requests ?? 0)) / seconds : 0,
            P50 = recent.Length == 0 ? 0 : recent.Average(pulse => pulse.P50),
            P99 = recent.Length == 0 ? 0 : recent.Max(pulse => pulse.P99),
            Answers = recent.SelectMany(pulse => pulse.Releases).GroupBy(pair => pair.Key)
                .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value)),
            Refused = [.. _refused],
            Pulses = _pulses,
            Status = _status,
        };
    }

    private sealed record Set(PoolProcess Pool, LoadMix Load);
}
