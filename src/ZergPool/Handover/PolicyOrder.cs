namespace ZergPool.Handover;

/// <summary>What the policy wants done.</summary>
internal abstract record PolicyOrder
{
    private PolicyOrder()
    {
    }

    public sealed record Resume(int Id) : PolicyOrder;

    public sealed record Pause(int Id) : PolicyOrder;

    public sealed record Drain(int Id, string Reason) : PolicyOrder;

    public sealed record Stop(int Id, string Reason, int ExitCode) : PolicyOrder;

    /// <summary>SIGTERM for the workers of a launcher that is no more.</summary>
    public sealed record Dismiss(int Id) : PolicyOrder;

    /// <summary>Something an operator should read.</summary>
    public sealed record Note(NoteLevel Level, string Text) : PolicyOrder;
}
