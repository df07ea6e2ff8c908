using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Zerg.Configuration.Reading;

/// <summary>Steps through the events of a YAML text, and throws <see cref="YamlException"/> where it is none.</summary>
internal sealed class YamlCursor(string content)
{
    private const int MaxDepth = 64;

    private readonly Parser _parser = new(new StringReader(content));
    private int _depth;

    public ParsingEvent Current => _parser.Current!;

    public ParsingEvent Next()
    {
        Advance();

        // The scanner's work on a token grows with the depth, so this is also what keeps it from crawling.
        _depth += Current.NestingIncrease;
        return _depth <= MaxDepth
            ? Current
            : throw new SyntaxErrorException(Current.Start, Current.End, $"nested deeper than {MaxDepth} levels");
    }

    /// <summary>Goes to the last event of the current node.</summary>
    public void Skip()
    {
        int depth = Current.NestingIncrease;
        while (depth > 0)
        {
            depth += Next().NestingIncrease;
        }
    }

    private void Advance()
    {
        Mark start = _parser.Current?.Start ?? Mark.Empty;
        Mark end = _parser.Current?.End ?? Mark.Empty;
        try
        {
            if (!_parser.MoveNext())
            {
                throw new SyntaxErrorException(end, end, "the text ends too early");
            }
        }
        catch (InvalidOperationException e)
        {
            // The parser loses its way so in an unclosed { } or [ ], without saying where.
            throw new YamlException(start, end, "something is not closed after here", e);
        }
    }
}
