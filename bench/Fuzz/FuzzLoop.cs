using System.Diagnostics;

namespace Zerg.Fuzz;

/// <summary>Tries one input after another; with the same seed and without coverage always the same ones.</summary>
internal sealed class FuzzLoop(FuzzTarget target, int seed, Coverage? coverage = null)
{
    // What was found on the way is tried again in most rounds, and the beginning never forgotten.
    private const int MaxCorpus = 20_000;

    // Bombs are tried, not bred: they take the time of a thousand others.
    private const int MaxParent = 8 * 1024;
    private const int MaxKinds = 20;
    private const int TwiceEvery = 8;
    private const int LookEvery = 256;

    // The runtime opens an assembly or an event when it likes.
    private const int DescriptorSlack = 16;

    private readonly Dictionary<string, Finding> _found = [];

    /// <summary>How many inputs were tried.</summary>
    public long Inputs { get; private set; }

    /// <summary>How many inputs are mutated further.</summary>
    public int Corpus { get; private set; }

    /// <summary>Tries for a time.</summary>
    /// <param name="time">How long.</param>
    /// <param name="before">Told of each input, before it can do any harm.</param>
    /// <param name="found">Told of each kind of finding once.</param>
    public void Run(TimeSpan time, Action<byte[]> before, Action<Finding> found)
    {
        var random = new Random(seed);
        var mutator = new Mutator(random, target.Tokens);
        var seeds = target.Seeds();
        foreach (var input in seeds)
            Try(input, true);
        List<byte[]> corpus = [.. seeds.Where(input => input.Length <= MaxParent)];
        var descriptors = Descriptors();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time && _found.Count < MaxKinds;)
        {
            var input = mutator.Mutate(corpus[random.Next(corpus.Count)], corpus[random.Next(corpus.Count)]);
            if (Try(input, Inputs % TwiceEvery == 0) && corpus.Count < MaxCorpus && input.Length <= MaxParent)
                corpus.Add(input);
            Corpus = corpus.Count;
            if (Inputs % LookEvery == 0 && Descriptors() > descriptors + DescriptorSlack)
            {
                Report(new Finding(target.Name, input, $"{Descriptors()} descriptors are open, {descriptors} before"));
                descriptors = Descriptors();
            }
        }

        bool Try(byte[] input, bool twice)
        {
            before(input);
            Coverage.Begin();
            if (Trial.Run(target, input, twice) is { } finding)
                Report(finding);
            Inputs++;
            return coverage?.Grew() == true;
        }

        void Report(Finding finding)
        {
            if (_found.TryAdd(finding.Kind, finding))
                found(finding);
        }
    }

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}
