using System.Text.Json;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Programs;
using Zerg.Protocol;
using ZergPool.Control;
using ZergPool.Upgrading;

namespace ZergPool.Journal;

/// <summary>How the hand-overs of each pool ended, in files that outlive the process.</summary>
internal sealed class Journals : IDisposable
{
    private const int MaxLine = 16 * 1024;

    // Beyond these an entry is no entry.
    private const double MaxSeconds = 1e9;

    private readonly Dictionary<string, JournalFile> _files = [];

    /// <summary>What kept a file from being opened.</summary>
    public IReadOnlyList<string> Problems { get; private init; } = [];

    /// <summary>As root: creates the files that are missing for the user that will write them.</summary>
    public static void CreateFor(PoolOptions options, uint uid, uint gid)
    {
        foreach (var path in Paths(options))
        {
            try
            {
                LogFile.CreateFor(path, uid, gid);
            }
            catch (SyscallException)
            {
                // That user cannot open it either, and then says why.
            }
        }
    }

    /// <summary>Opens them, or takes over those that the image before this one had open.</summary>
    public static Journals Open(PoolOptions options, Inheritance? inheritance)
    {
        var problems = new List<string>();
        var journals = new Journals { Problems = problems };
        foreach (var path in Paths(options))
        {
            try
            {
                var known = inheritance?.State.Journals?.FirstOrDefault(one => one.Path == path);
                journals._files.Add(path, known is null
                    ? JournalFile.Open(path) : JournalFile.Inherited(inheritance!.Claim(known.Descriptor), path));
            }
            catch (SyscallException problem)
            {
                problems.Add(problem.Message);
            }
        }

        return journals;
    }

    /// <summary>Hands them over.</summary>
    public IEnumerable<JournalState> Freeze(Bequest bequest)
        => _files.Values.Select(file => new JournalState(file.Path, bequest.Add(file.Descriptor)));

    /// <summary>Adds an entry; one that was removed meanwhile is begun anew.</summary>
    /// <exception cref="SyscallException">It cannot be written.</exception>
    public void Append(string path, HistoryStatus entry, long limit)
    {
        if (_files.TryGetValue(path, out var file) && file.IsGone && _files.Remove(path))
            file.Dispose();
        if (!_files.TryGetValue(path, out file))
            _files.Add(path, file = JournalFile.Open(path));
        file.Append(Line(entry, Math.Min(MaxLine, limit / 2)), limit);
    }

    /// <summary>What a file tells, newest first; what is no entry is left out.</summary>
    public IEnumerable<HistoryStatus> Newest(string path)
        => _files.TryGetValue(path, out var file) ? file.Newest().Select(Parse).OfType<HistoryStatus>() : [];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values)
            file.Dispose();
    }

    private static IEnumerable<string> Paths(PoolOptions options)
        => options.Pools.Select(pool => options.JournalOf(pool.Address)).OfType<string>().Distinct();

    // What does not fit loses its older lines, then the ends of its words.
    private static byte[] Line(HistoryStatus entry, long most)
    {
        while (true)
        {
            var line = JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.HistoryStatus);
            if (line.Length <= most)
                return line;
            entry = entry switch
            {
                { Output.Count: > 0 } => entry with { Output = [.. entry.Output.Skip((entry.Output.Count + 1) / 2)] },
                { From.Count: > 1 } => entry with { From = [.. entry.From.Take(entry.From.Count / 2)] },
                { Reason.Length: > 0 } => entry with { Reason = entry.Reason[..(entry.Reason.Length / 2)] },
                _ => entry with { Release = entry.Release[..(entry.Release.Length / 2)] },
            };
        }
    }

    private static HistoryStatus? Parse(byte[] line)
    {
        try
        {
            var entry = JsonSerializer.Deserialize(line, JournalJson.Default.HistoryStatus);
            return entry is { Seconds: >= 0 and < MaxSeconds, To: >= 0 and <= FrameBounds.MaxSession }
                && FrameBounds.IsMoment(entry.Started) && !entry.Output.Contains(null!) ? entry : null;
        }
        catch (JsonException)
        {
            // Torn, or no line of a journal.
            return null;
        }
    }
}
