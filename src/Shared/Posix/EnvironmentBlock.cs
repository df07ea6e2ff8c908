using System.Text;

namespace Zerg.Posix;

/// <summary>
/// The environment of a process to be started, as bytes: names that are no shell names and values that are no UTF-8
/// pass through it unharmed.
/// </summary>
internal sealed class EnvironmentBlock
{
    private readonly List<byte[]> _entries;

    public EnvironmentBlock(IEnumerable<byte[]> entries) => _entries = [.. entries];

    /// <summary>KEY=VALUE entries in their order.</summary>
    public IReadOnlyList<byte[]> Entries => _entries;

    /// <summary>The environment that this process was started with.</summary>
    public static EnvironmentBlock OfThisProcess() => OfFile("/proc/self/environ");

    /// <summary>The environment that another process was started with.</summary>
    /// <exception cref="IOException">It is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not know it.</exception>
    public static EnvironmentBlock OfProcess(int pid) => OfFile($"/proc/{pid}/environ");

    private static EnvironmentBlock OfFile(string path)
    {
        var all = File.ReadAllBytes(path);
        var entries = new List<byte[]>();
        foreach (var range in all.AsSpan().Split((byte)0))
        {
            if (range.Start.Value < range.End.Value)
                entries.Add(all[range]);
        }

        return new EnvironmentBlock(entries);
    }

    /// <summary>A copy that can be changed by itself.</summary>
    public EnvironmentBlock Copy() => new(_entries);

    /// <summary>The value of a variable, or null.</summary>
    public string? Get(string name)
    {
        var key = Key(name);
        return _entries.Find(entry => entry.AsSpan().StartsWith(key)) is { } found
            ? Encoding.UTF8.GetString(found.AsSpan(key.Length))
            : null;
    }

    /// <summary>Sets a variable, whatever it was before.</summary>
    public void Set(string name, string value)
    {
        Remove(name);
        _entries.Add(Encoding.UTF8.GetBytes($"{name}={value}"));
    }

    /// <summary>Removes a variable.</summary>
    public void Remove(string name)
    {
        var key = Key(name);
        _entries.RemoveAll(entry => entry.AsSpan().StartsWith(key));
    }

    /// <summary>Removes every variable whose name begins like this.</summary>
    public void RemovePrefix(string prefix)
    {
        var start = Encoding.UTF8.GetBytes(prefix);
        _entries.RemoveAll(entry => entry.AsSpan().StartsWith(start));
    }

    private static byte[] Key(string name) => Encoding.UTF8.GetBytes(name + "=");
}
