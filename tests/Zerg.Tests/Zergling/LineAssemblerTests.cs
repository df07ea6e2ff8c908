using System.Text;
using Zergling.Output;

namespace Zerg.Tests.Launching;

internal sealed class LineAssemblerTests
{
    [TestCase("a\nb\n", new[] { "a", "b" })]
    [TestCase("a\n\nb", new[] { "a", "" })]
    [TestCase("\n", new[] { "" })]
    [TestCase("", new string[0])]
    public void Lines_come_without_their_end(string text, string[] lines)
    {
        for (var size = 1; size <= 4; size++)
            Assert.That(Feed(text, size, out _), Is.EqualTo(lines));
    }

    [Test]
    public void What_has_no_end_comes_with_the_flush()
    {
        var assembler = new LineAssembler();
        var lines = new List<string>();
        assembler.Feed("one\ntw"u8, line => lines.Add(Encoding.UTF8.GetString(line)));
        assembler.Flush(line => lines.Add(Encoding.UTF8.GetString(line)));

        Assert.That(lines, Is.EqualTo(new[] { "one", "tw" }));
    }

    [TestCase(LineAssembler.MaxLine, new[] { LineAssembler.MaxLine }, false)]
    [TestCase(LineAssembler.MaxLine + 1, new[] { LineAssembler.MaxLine, 1 }, true)]
    [TestCase(2 * LineAssembler.MaxLine, new[] { LineAssembler.MaxLine, LineAssembler.MaxLine }, true)]
    public void A_long_line_comes_in_pieces(int length, int[] pieces, bool cut)
    {
        foreach (var size in (int[])[1000, LineAssembler.MaxLine, int.MaxValue])
        {
            var lines = Feed(new string('x', length) + "\n", size, out var hasCut);
            Assert.That(lines.Select(line => line.Length), Is.EqualTo(pieces), $"read by {size}");
            Assert.That(hasCut, Is.EqualTo(cut), $"read by {size}");
        }
    }

    private static List<string> Feed(string text, int size, out bool hasCut)
    {
        var assembler = new LineAssembler();
        var lines = new List<string>();
        foreach (var chunk in Encoding.UTF8.GetBytes(text).Chunk(size))
            assembler.Feed(chunk, line => lines.Add(Encoding.UTF8.GetString(line)));
        hasCut = assembler.HasCut;
        return lines;
    }
}
