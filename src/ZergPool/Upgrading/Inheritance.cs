using System.Globalization;
using System.Text.Json;
using Zerg;
using Zerg.Posix;

namespace ZergPool.Upgrading;

/// <summary>What an earlier image of this process has handed over.</summary>
internal sealed class Inheritance : IDisposable
{
    /// <summary>Names the number of the state's descriptor.</summary>
    public const string Variable = "ZERGPOOL_STATE";

    /// <summary>What the descriptor leads to.</summary>
    public const string FileName = "zergpool-state";

    private readonly Dictionary<int, FileDescriptor> _unclaimed;

    private Inheritance(Dictionary<int, FileDescriptor> descriptors, PoolState state)
    {
        _unclaimed = descriptors;
        State = state;
    }

    public PoolState State { get; }

    /// <summary>
    /// Takes it over; null when there is none. Of one that this version cannot read, only the sockets at 3, 4, ...
    /// stay, as a service manager would have passed them, and <paramref name="problem"/> says why.
    /// </summary>
    public static Inheritance? Receive(out string? problem)
    {
        problem = null;
        var text = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, null);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !MemoryFile.Is(number, FileName))
            return null;

        using var file = new FileDescriptor(number);
        var bytes = MemoryFile.Read(file);
        var end = bytes.AsSpan().IndexOf((byte)'\n');
        if (end < 0 || StateHeader.Parse(bytes.AsSpan(0, end)) is not { } header)
        {
            problem = "the state of the image before this one has no header";
            return null;
        }

        var descriptors = header.Descriptors.Distinct().ToDictionary(one => one, one => new FileDescriptor(one));
        foreach (var one in header.Descriptors)
            _ = Libc.fcntl(one, Libc.F_SETFD, Libc.FD_CLOEXEC);
        if (header.Version == StateHeader.Current && Parse(bytes.AsSpan(end + 1)) is { } state)
        {
            CloseListeners();
            return new Inheritance(descriptors, state);
        }

        foreach (var descriptor in descriptors.Values)
            descriptor.Dispose();
        problem = $"the image before this one left a state of version {header.Version}, this one reads {StateHeader.Current}";
        return null;
    }

    /// <summary>Takes one of the descriptors; whoever asks owns it.</summary>
    public FileDescriptor Claim(int number)
        => _unclaimed.Remove(number, out var descriptor) ? descriptor : throw new SyscallException(
            "claim", $"descriptor {number} of the image before this one", Errno.EBADF);

    /// <summary>Takes a watched process.</summary>
    /// <param name="process">Which one.</param>
    /// <param name="onBehalfOf">The user whose permission its signals need; null for this program's own.</param>
    public ProcessHandle Claim(ProcessState process, uint? onBehalfOf = null)
        => new(process.Pid, Claim(process.Descriptor), onBehalfOf);

    /// <summary>Takes a connection or a listener of the pool's own.</summary>
    public System.Net.Sockets.Socket ClaimSocket(int number)
    {
        using var descriptor = Claim(number);
        return new System.Net.Sockets.Socket(new System.Net.Sockets.SafeSocketHandle(descriptor.Release(), true));
    }

    /// <summary>The first of several that has a name.</summary>
    /// <exception cref="ZergException">There is none.</exception>
    public static T Same<T>(IEnumerable<T> states, Func<T, string> name, string sought)
        where T : class
        => states.FirstOrDefault(state => name(state) == sought) ?? throw new ZergException(
            $"{sought}: the image before this one did not have it", ExitCodes.Configuration);

    /// <summary>Closes what nobody has claimed.</summary>
    public void Dispose()
    {
        foreach (var descriptor in _unclaimed.Values)
            descriptor.Dispose();
        _unclaimed.Clear();
    }

    private static PoolState? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, StateJson.Default.PoolState);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // They are among the descriptors of the state as well.
    private static void CloseListeners()
    {
        foreach (var listener in PassedDescriptors.Take(out _))
            listener.Descriptor.Dispose();
    }
}
