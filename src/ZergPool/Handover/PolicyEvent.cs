namespace ZergPool.Handover;

/// <summary>What happened to a member, or what an operator asked of it.</summary>
internal abstract record PolicyEvent
{
    private PolicyEvent()
    {
    }

    public sealed record Attached(Member Member) : PolicyEvent;

    public sealed record BecameReady(int Id) : PolicyEvent;

    public sealed record HasFailed(int Id, string Reason, IReadOnlyList<string> Output) : PolicyEvent;

    public sealed record Reported(int Id, Zerg.ZerglingState State) : PolicyEvent
    {
        /// <summary>Of a launcher that can be told how many workers to have: how many it is to have.</summary>
        public int? Target { get; init; }

        /// <summary>How many of them are ready and not leaving.</summary>
        public int Ready { get; init; }

        /// <summary>How many run, with those that leave.</summary>
        public int Running { get; init; }
    }

    /// <summary>It told what it has answered since its start.</summary>
    public sealed record Answered(int Id, Zerg.ZergResponses Responses) : PolicyEvent;

    /// <summary>It is gone: with a bye, or its process ended.</summary>
    public sealed record Left(int Id, string Reason) : PolicyEvent;

    /// <summary>A launcher is gone but its workers live.</summary>
    public sealed record Orphaned(int Id) : PolicyEvent;

    /// <summary>A uWSGI's known process is gone, but somebody still holds what it was given.</summary>
    public sealed record Obscured(int Id) : PolicyEvent;

    /// <summary>It turned out that there is no way to tell this one anything.</summary>
    public sealed record Deaf(int Id) : PolicyEvent;

    public sealed record PauseAsked(int Id) : PolicyEvent;

    public sealed record ResumeAsked(int Id) : PolicyEvent;

    public sealed record DrainAsked(int Id, string Reason) : PolicyEvent;

    public sealed record StopAsked(int Id, string Reason) : PolicyEvent;

    public sealed record RollbackAsked(string Reason) : PolicyEvent;

    /// <summary>A release that was gone back to does not start again.</summary>
    public sealed record NotStartedAgain(string Release, string Reason) : PolicyEvent;

    /// <summary>The launcher of a release that was to take over never came to the roster.</summary>
    public sealed record NeverAttached(string Release, string Reason, DateTimeOffset Started) : PolicyEvent;

    /// <summary>It is ended by force while it drains; the lines say what it still waited for.</summary>
    public sealed record ForcedOut(int Id, string Reason, IReadOnlyList<string> Waited) : PolicyEvent;

    /// <summary>The check-command has spoken; a problem is why it may not serve.</summary>
    public sealed record Checked(int Id, string? Problem, IReadOnlyList<string> Output) : PolicyEvent;

    /// <summary>A worker of it died that nobody had told to leave.</summary>
    public sealed record Crashed(int Id, string? Said = null) : PolicyEvent;

    /// <summary>The pool ends.</summary>
    public sealed record Ending : PolicyEvent;

    /// <summary>Time went on.</summary>
    public sealed record Tick : PolicyEvent;
}
