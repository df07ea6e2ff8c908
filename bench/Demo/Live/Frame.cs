using Spectre.Console;
using Spectre.Console.Rendering;

namespace Zerg.Demo.Live;

/// <summary>A picture of fixed size, written line by line: nothing moves but what changes.</summary>
internal sealed class Frame(int width, int height)
{
    private const int Margin = 2;

    private readonly Paragraph _text = new() { Overflow = Overflow.Crop };
    private int _column;
    private int _lines;
    private bool _begun;

    /// <summary>The columns between the margins.</summary>
    public int Width { get; } = width - 2 * Margin;

    /// <summary>The column that is written next, counted from the margin.</summary>
    public int Column => _column;

    public Frame Write(string text, Style style)
    {
        if (_lines >= height)
            return this;
        if (!_begun)
            _text.Append(new string(' ', Margin));
        _begun = true;
        var fitting = text[..Math.Clamp(Width - _column, 0, text.Length)];
        if (fitting.Length > 0)
            _text.Append(fitting, style);
        _column += fitting.Length;
        return this;
    }

    /// <summary>Leaves out what is before a column.</summary>
    public Frame To(int column) => Write(new string(' ', Math.Max(0, column - _column)), Palette.Plain);

    /// <summary>Writes so that it ends at a column.</summary>
    public Frame WriteEndingAt(int column, string text, Style style) => To(column - text.Length).Write(text, style);

    public void EndLine()
    {
        To(Width);
        if (++_lines < height)
            _text.Append("\n");
        _column = 0;
        _begun = false;
    }

    public void EndLine(int count)
    {
        for (var i = 0; i < count; i++)
            EndLine();
    }

    public IRenderable Done() => _text;
}
