using ZergPool.Control;

namespace ZergPool.Top;

/// <summary>All that is on the screen.</summary>
internal sealed record TopModel
{
    // A hand-over that is over is looked at for a moment still.
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(10);

    /// <summary>What the pool said last.</summary>
    public required StatusDocument Status { get; init; }

    /// <summary>When that was.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <summary>The time now.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How long it is until the pool is asked again.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>What zerglings use of the machine, by their ids; those are left out of which that is unknown.</summary>
    public IReadOnlyDictionary<int, ProcessUsage> Usage { get; init; } = new Dictionary<int, ProcessUsage>();

    /// <summary>The zergling that keys are about; null where there are no keys.</summary>
    public int? Selected { get; init; }

    /// <summary>Whether there are keys.</summary>
    public bool HasKeys { get; init; }

    /// <summary>An order that is to be confirmed.</summary>
    public TopOrder? Asked { get; init; }

    /// <summary>What came of the last key.</summary>
    public string Message { get; init; } = "";

    /// <summary>Why the pool does not answer; null while it does.</summary>
    public string? Trouble { get; init; }

    /// <summary>The last hand-over whose former zerglings have all gone, and when they had.</summary>
    public (HistoryStatus Record, DateTimeOffset At)? Over { get; init; }

    /// <summary>Hand-overs that are through but for those who drain.</summary>
    public IEnumerable<HistoryStatus> Settling => Status.History.Where(record => record.Outcome != "failed"
        && Status.Zerglings.Any(one => one.State == "draining" && record.From.Contains(one.Id)));

    /// <summary>The pool has answered.</summary>
    public TopModel Heard(StatusDocument status, IReadOnlyDictionary<int, ProcessUsage> usage, DateTimeOffset now)
    {
        var heard = this with { Status = status, Usage = usage, Seen = now, Now = now, Trouble = null };
        var rest = heard.Settling.Select(record => record.To).ToHashSet();
        if (status.Pool.Pid == Status.Pool.Pid
            && Settling.FirstOrDefault(record => !rest.Contains(record.To)) is { } over)
            heard = heard with { Over = (over, now) };
        else if (now - Over?.At > s_farewell)
            heard = heard with { Over = null };
        if (HasKeys && status.Zerglings.All(one => one.Id != Selected))
            heard = heard with { Selected = heard.At(Place) };
        return heard;
    }

    /// <summary>Whether a key ends it all; a question that is open is answered by q instead.</summary>
    public bool IsEndedBy(TopKey key) => key == TopKey.Interrupt || (key == TopKey.Quit && Asked is null);

    /// <summary>What another key does.</summary>
    public TopModel Press(TopKey key) => (Asked, key) switch
    {
        ({ } asked, TopKey.Yes) => this with { Asked = null, Message = $"{asked.Words}: ordered" },
        ({ } asked, _) => this with { Asked = null, Message = $"{asked.Words}: not done" },
        (_, TopKey.Up) => this with { Selected = At(Place - 1), Message = "" },
        (_, TopKey.Down) => this with { Selected = At(Place + 1), Message = "" },
        (_, TopKey.Pause) => Ask("pause"),
        (_, TopKey.Resume) => Ask("resume"),
        (_, TopKey.Drain) => Ask("drain"),
        (_, TopKey.RollBack) => this with
        {
            Asked = new TopOrder("rollback", null, Status.Rollback.Count == 1 ? Status.Rollback[0].Release : null),
        },
        _ => this with { Message = "" },
    };

    private TopModel Ask(string command)
        => Status.Zerglings.FirstOrDefault(one => one.Id == Selected) is { } one
            ? this with { Asked = new TopOrder(command, one.Id, one.Release) }
            : this with { Message = "nobody is selected" };

    // Where the selected one is, or was.
    private int Place => Selected is null ? 0 : Status.Zerglings.TakeWhile(one => one.Id != Selected).Count();

    private int? At(int place) => Status.Zerglings.Count == 0 ? null
        : Status.Zerglings[Math.Clamp(place, 0, Status.Zerglings.Count - 1)].Id;
}
