using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Recovering;

namespace ZergPool.Listening;

/// <summary>
/// Where a socket comes from that need not be bound: from the service manager, which passes it, or from a process that
/// got it from the pool before, as that one's record tells.
/// </summary>
/// <param name="passed">What came with the start of this program.</param>
/// <param name="records">What the pools before left.</param>
/// <param name="patience">How long zerglings have to give what they hold.</param>
/// <param name="adopt">Who else it may be taken from.</param>
internal sealed class SocketSources(
    IEnumerable<PassedDescriptor> passed, IReadOnlyList<PoolRecord> records, TimeSpan patience, Adoption? adopt = null)
    : IDisposable
{
    private readonly List<PassedDescriptor> _passed = [.. passed];
    private readonly List<string> _refused = [];

    // Unless this user may not look, and then the service manager is another user's, who is trusted.
    private readonly Lazy<bool> _isManagerElsewhere = new(
        () => NetworkNamespace.Has(ProcessTable.Parent(Environment.ProcessId)) != true);
    private readonly List<RecordedSocket> _recorded = [.. records.SelectMany(record => record.Sockets).Distinct()];
    private readonly HashSet<ulong> _inodes = [.. records.SelectMany(record => record.Sockets).Select(one => one.Inode)];

    /// <summary>What was passed and nobody has asked for, by its names.</summary>
    public IReadOnlyList<string> Unclaimed => _passed.ConvertAll(one => one.Name);

    /// <summary>What an address is bound to; where the kernel chose the port before, that one again.</summary>
    /// <exception cref="ZergException">A host name that cannot be looked up.</exception>
    public IReadOnlyList<(ListenAddress Address, BindTarget Target)> Targets(ListenAddress asked)
    {
        if (!asked.IsSharable && _recorded.Find(one => one.Asked == asked.ToString()) is { } before)
        {
            _recorded.Remove(before);
            if (ListenAddress.Parse(before.Actual).Value is { IsUnix: false, Kind: not AddressKind.Host } address)
                return [(address, address.Resolve()[0])];
        }

        return [.. ListeningSocket.Resolve(asked).Select(target => (asked, target))];
    }

    /// <summary>Whether a pool before had it.</summary>
    public bool IsRecorded(ulong inode) => _inodes.Contains(inode);

    /// <summary>Whether what a pool before had listens at an address still.</summary>
    public bool IsThere(BindTarget target) => ListenerTable.At(target).Any(_inodes.Contains);

    /// <summary>What a pool before had adopted at an address; null for nothing.</summary>
    public RecordedSocket? AdoptedBefore(ListenAddress address) => records.SelectMany(record => record.Sockets)
        .FirstOrDefault(one => one.AdoptedFrom is not null && one.Actual == address.ToString());

    /// <summary>What a pool before had at an address; null for nothing.</summary>
    public RecordedSocket? Recorded(ListenAddress address) => records.SelectMany(record => record.Sockets)
        .FirstOrDefault(one => one.Actual == address.ToString());

    /// <summary>Those that a pool before adopted from, as far as they live.</summary>
    public IEnumerable<ProcessHandle> Formers()
    {
        foreach (var recorded in records.SelectMany(record => record.Formers ?? []).Distinct())
        {
            if (ProcessHandle.Open(recorded.Pid, pid => ProcessTable.Started(pid) == recorded.Started) is { } process)
                yield return process;
        }
    }

    /// <summary>What was passed for an address and is not taken, with the reason, one line each.</summary>
    public IReadOnlyList<string> Refused => _refused;

    /// <summary>Takes it from what the service manager passed; under which name does not matter.</summary>
    public FileDescriptor? Passed(BindTarget target, ListenAddress address)
    {
        // Some process may have it keep what is no socket of the pool: that of the pool before comes first.
        var recorded = Recorded(address);
        var candidates = _passed.FindAll(one => ListenerCheck.WhyNot(one.Descriptor, target) is null)
            .OrderBy(one => one.Descriptor.Inode == recorded?.Inode ? 0 : 1).ToList();
        foreach (var one in candidates)
        {
            _passed.Remove(one);
            if (ReturnedSocket.WhyNotPassed(one.Descriptor, target, recorded, _isManagerElsewhere.Value) is not { } reason)
                return one.Descriptor;
            _refused.Add($"the service manager passed '{one.Name}', which {reason}");
            one.Descriptor.Dispose();
        }

        return null;
    }

    /// <summary>Takes it from a server that never got it from a pool; null when that is not asked for.</summary>
    /// <exception cref="ZergException">It cannot be taken, or not from those who may be asked.</exception>
    public TakenListener? Adopted(BindTarget target, SyscallException problem)
    {
        var listeners = ListenerTable.At(target);
        if (adopt is null || listeners.Count == 0 || listeners.Any(_inodes.Contains))
            return null;
        return ForeignListener.Take(target, out var reason, mayTake: adopt.Includes)
            ?? throw new ZergException($"{problem.Message}; not adopted: {reason}", ExitCodes.Unavailable, problem);
    }

    /// <summary>Takes it from a process that holds it; null when that one has to give it by itself.</summary>
    /// <exception cref="SyscallException">Nobody listens there, so nobody can give it.</exception>
    /// <exception cref="ZergException">Whoever listens there did not get it from a pool of this path.</exception>
    public TakenListener? Held(BindTarget target, SyscallException problem)
    {
        var listeners = ListenerTable.At(target);
        if (listeners.Count == 0)
            throw problem;
        if (ForeignListener.Take(target, out _, _inodes) is { } taken)
            return taken;
        if (patience == TimeSpan.Zero || (records.Count > 0 && !IsThere(target)))
            throw new ZergException(problem.Message, ExitCodes.Unavailable, problem);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _passed.ForEach(unclaimed => unclaimed.Descriptor.Dispose());
}
