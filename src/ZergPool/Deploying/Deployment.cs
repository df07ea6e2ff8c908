using Zerg;
using Zerg.Posix;
using ZergPool.Upgrading;

namespace ZergPool.Deploying;

/// <summary>A launcher that the pool started, or is about to, and starts again when it dies while it serves.</summary>
internal sealed class Deployment : IDisposable
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longLife = TimeSpan.FromMinutes(1);

    private readonly Backoff _backoff = new(s_first, s_longest, s_longLife);

    /// <summary>Unique in the pool's life.</summary>
    public required int Id { get; init; }

    /// <summary>What runs; the label is the launcher's own until it attaches when none was given.</summary>
    public required Workload Workload { get; set; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset Asked { get; init; }

    /// <summary>The launcher; null before it is started and after its end.</summary>
    public ProcessHandle? Process { get; set; }

    /// <summary>What it complains of before it attaches.</summary>
    public FileDescriptor? Complaint { get; set; }

    /// <summary>When the launcher was started last.</summary>
    public DateTimeOffset Started { get; set; }

    /// <summary>Its place in the roster, 0 before it attached.</summary>
    public int Zergling { get; set; }

    /// <summary>Whether it waits for others to be through.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether it has ever accepted.</summary>
    public bool HasServed { get; set; }

    /// <summary>Whether it was told to leave.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>When it is started again; null: not.</summary>
    public DateTimeOffset? RetryAt { get; private set; }

    /// <summary>Why it came to nothing; null while it has not.</summary>
    public string? Problem { get; set; }

    /// <summary>Whether there is something to wait for.</summary>
    public bool IsOver => !IsQueued && Process is null && RetryAt is null;

    /// <summary>In a word, for the status.</summary>
    public string State => IsQueued ? "queued"
        : Problem is not null ? "failed"
        : RetryAt is not null ? "restarting"
        : Process is null ? "left"
        : Zergling == 0 ? "starting" : "attached";

    /// <summary>Its launcher died while it served: it comes back, after a while that grows.</summary>
    /// <returns>How long that is.</returns>
    public TimeSpan Retry(DateTimeOffset now)
    {
        var wait = _backoff.After(now - Started);
        RetryAt = now + wait;
        return wait;
    }

    /// <summary>It is wanted no more, or on its way.</summary>
    public void EndRetry() => RetryAt = null;

    /// <summary>Hands it over.</summary>
    public DeploymentState Freeze(Bequest bequest) => new()
    {
        Id = Id,
        Workload = Workload,
        Remembered = Workload.Remembered is { } launch ? LaunchState.Of(launch) : null,
        Asked = Asked,
        Process = Process is null ? null : bequest.Add(Process),
        Complaint = Complaint is null ? null : bequest.Add(Complaint),
        Started = Started,
        Zergling = Zergling,
        IsQueued = IsQueued,
        HasServed = HasServed,
        IsLeaving = IsLeaving,
        RetryAt = RetryAt,
        Problem = Problem,
    };

    /// <summary>Takes one over.</summary>
    public static Deployment Thaw(DeploymentState state, Inheritance inheritance) => new()
    {
        Id = state.Id,
        Workload = state.Workload with { Remembered = state.Remembered?.Thaw() },
        Asked = state.Asked,
        Process = state.Process is null ? null : inheritance.Claim(state.Process),
        Complaint = state.Complaint is { } number ? inheritance.Claim(number) : null,
        Started = state.Started,
        Zergling = state.Zergling,
        IsQueued = state.IsQueued,
        HasServed = state.HasServed,
        IsLeaving = state.IsLeaving,
        RetryAt = state.RetryAt,
        Problem = state.Problem,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Process?.Dispose();
        Complaint?.Dispose();
    }
}
