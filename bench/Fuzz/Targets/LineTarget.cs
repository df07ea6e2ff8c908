using System.Text;
using Zergling.Output;

namespace Zerg.Fuzz.Targets;

/// <summary>What a worker writes: whichever way it comes in pieces, the same lines and every byte of them.</summary>
internal sealed class LineTarget : FuzzTarget
{
    public override string Name => "lines";

    public override IReadOnlyList<string> Tokens { get; } = ["\n", "\n\n", "\r\n", new('x', LineAssembler.MaxLine)];

    public override string Run(byte[] input)
    {
        var whole = Lines(input, [input.Length]);
        var random = new Random(input.Length);
        var cuts = Enumerable.Range(0, 64).Select(_ => random.Next(input.Length + 1)).Order();
        var cut = Lines(input, [.. cuts, input.Length]);
        Must(whole.SequenceEqual(cut), "lines depend on the pieces they come in");
        Must(whole.All(line => line.Length <= LineAssembler.MaxLine), "a line is too long");
        Must(!whole.Exists(line => line.Contains('\n')), "a line is two");
        Must(whole.Sum(line => line.Length) == input.Count(one => one != '\n'), "bytes are lost");
        return $"{whole.Count}";
    }

    protected override IEnumerable<byte[]> OwnSeeds() => ["one\ntwo\n\nthree"u8.ToArray(), []];

    private static List<string> Lines(byte[] input, int[] cuts)
    {
        var lines = new List<string>();
        var assembler = new LineAssembler();
        var at = 0;
        foreach (var cut in cuts)
        {
            assembler.Feed(input.AsSpan(at..cut), line => lines.Add(Encoding.Latin1.GetString(line)));
            at = cut;
        }

        assembler.Flush(line => lines.Add(Encoding.Latin1.GetString(line)));
        return lines;
    }
}
