namespace ZergPool.Handover;

/// <summary>What the policy wants done.</summary>
internal abstract record PolicyOrder
{
    private PolicyOrder()
    {
    }

    /// <summary>Accept; the generation is the one it is to serve in.</summary>
    public sealed record Resume(int Id, int Generation) : PolicyOrder;

    public sealed record Pause(int Id) : PolicyOrder;

    /// <summary>Accept no more, let connections end, and wait to be gone back to.</summary>
    public sealed record PutAside(int Id, string Reason) : PolicyOrder;

    /// <summary>A release that was replaced and has left is wanted again.</summary>
    public sealed record StartAgain(string Release, string Reason) : PolicyOrder;

    /// <summary>Ask the check-command about it.</summary>
    public sealed record Check(int Id) : PolicyOrder;

    /// <summary>Serve with so many workers.</summary>
    public sealed record Scale(int Id, int Workers) : PolicyOrder;

    public sealed record Drain(int Id, string Reason) : PolicyOrder;

    public sealed record Stop(int Id, string Reason, int ExitCode) : PolicyOrder;

    /// <summary>SIGTERM for the workers of a launcher that is no more.</summary>
    public sealed record Dismiss(int Id) : PolicyOrder;

    /// <summary>It could serve, so long after it attached.</summary>
    public sealed record Ready(Member Member, TimeSpan Took) : PolicyOrder;

    /// <summary>It has left, so long after it began to drain.</summary>
    public sealed record Drained(Member Member, string Reason, TimeSpan Took) : PolicyOrder;

    /// <summary>A generation that drained was ended by force.</summary>
    public sealed record Forced(HandoverRecord Record) : PolicyOrder;

    /// <summary>A hand-over has ended, or a release failed before it had one.</summary>
    public sealed record Over(HandoverRecord Record) : PolicyOrder;

    /// <summary>Something an operator should read.</summary>
    public sealed record Note(NoteLevel Level, string Text) : PolicyOrder;
}
