namespace ZergPool.Handover;

/// <content>Out of one process image and into the next.</content>
internal sealed partial class HandoverPolicy
{
    /// <summary>What it knows now, between two events.</summary>
    public PolicySnapshot Snapshot() => new()
    {
        Members = [.. _members.Values],
        Generation = Generation,
        Current = Current,
        History = [.. _history],
        Replaced = new Dictionary<string, DateTimeOffset>(_replaced, StringComparer.Ordinal),
        Release = Release,
        Window = Window,
        GoesBack = GoesBack,
    };

    /// <summary>A policy that does whatever the one that the snapshot is of would have done.</summary>
    public static HandoverPolicy Restore(PolicyLimits limits, PolicySnapshot snapshot)
    {
        var policy = new HandoverPolicy(limits)
        {
            Generation = snapshot.Generation,
            Current = snapshot.Current,
            Release = snapshot.Release,
            Window = snapshot.Window,
            GoesBack = snapshot.GoesBack,
        };
        foreach (var member in snapshot.Members)
            policy._members.Add(member.Id, member);
        foreach (var record in snapshot.History)
            policy._history.AddLast(record);
        foreach (var (release, when) in snapshot.Replaced)
            policy._replaced.Add(release, when);
        return policy;
    }
}
