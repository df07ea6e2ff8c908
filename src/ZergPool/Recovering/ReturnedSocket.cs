using Zerg.Configuration;
using Zerg.Posix;

namespace ZergPool.Recovering;

/// <summary>
/// Whether a descriptor that another process gives is the listener of this pool, and not one that looks like it: the
/// text of an address means another place in each network namespace, so the inode of the socket decides.
/// </summary>
internal static class ReturnedSocket
{
    /// <summary>Why one that a zergling offers is not taken, in words that follow its name; null when it is.</summary>
    /// <param name="descriptor">Any kind of descriptor.</param>
    /// <param name="target">Where it is to listen.</param>
    /// <param name="recorded">What the pool before had written down of that address; null without a record.</param>
    public static string? WhyNot(FileDescriptor descriptor, BindTarget target, RecordedSocket? recorded)
        => ListenerCheck.WhyNot(descriptor, target)
            ?? (recorded is null ? ListenerCheck.WhyNotHere(descriptor, target) ?? ListenerCheck.WhyNotAlone(descriptor, target)
                : Is(descriptor, recorded) ? null
                : $"is another socket (inode {descriptor.Inode}) than the pool before this one had there ({recorded.Inode})");

    /// <summary>Why one that the service manager passed is not taken; null when it is.</summary>
    /// <param name="descriptor">Any kind of descriptor.</param>
    /// <param name="target">Where it is to listen.</param>
    /// <param name="recorded">What the pool before had written down of that address; null without a record.</param>
    /// <param name="isElsewhere">
    /// Whether the service manager is in another network namespace itself, and its sockets with it: PrivateNetwork=, see
    /// systemd.exec(5).
    /// </param>
    public static string? WhyNotPassed(
        FileDescriptor descriptor, BindTarget target, RecordedSocket? recorded, bool isElsewhere)
        => ListenerCheck.WhyNot(descriptor, target)
            ?? (isElsewhere || (recorded is not null && Is(descriptor, recorded))
                ? null : ListenerCheck.WhyNotHere(descriptor, target));

    // Inodes of sockets begin anew after four thousand million of them, namespaces do not.
    private static bool Is(FileDescriptor descriptor, RecordedSocket recorded) => descriptor.Inode == recorded.Inode
        && (recorded.Network ?? NetworkNamespace.Own) == NetworkNamespace.Of(descriptor);
}
