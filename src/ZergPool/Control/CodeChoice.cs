using Zerg;

namespace ZergPool.Control;

/// <summary>
/// The fields of an order that decide which code runs with the rights of the pool: a program, a command, and the
/// directory in which an interpreter looks for modules first. Only root and the pool's own user choose them, also
/// where control-uid and control-gid permit more; of the label of a release others choose a plain word.
/// </summary>
internal static class CodeChoice
{
    /// <summary>Why a user may not give an order as it is; null when the user may.</summary>
    /// <param name="order">The order.</param>
    /// <param name="uid">The effective uid of the peer, as the kernel says.</param>
    /// <param name="own">The effective uid of the pool.</param>
    public static string? WhyNot(ControlRequest order, uint uid, uint own)
    {
        if (uid == 0 || uid == own)
            return null;
        if (Chosen(order) is { } choice)
            return $"uid {uid} may not choose the {choice}: root and the pool's own uid may";
        return order.Release is { } release && LabelRule.WhyNotOfOther(release) is { } reason
            ? $"uid {uid} may not choose this release: {reason}" : null;
    }

    private static string? Chosen(ControlRequest order)
        => order.Binary is not null ? "program"
        : order.Words.Count > 0 ? "command"
        : order.Directory is not null ? "directory"
        : null;
}
