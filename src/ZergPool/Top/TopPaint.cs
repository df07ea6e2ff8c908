using System.Globalization;
using System.Text;

namespace ZergPool.Top;

/// <summary>Lines as a terminal draws them over what was there, each as wide as the screen: nothing flickers.</summary>
internal static class TopPaint
{
    /// <summary>The whole screen.</summary>
    public static string Frame(IReadOnlyList<TopLine> lines, int width, bool hasColour)
    {
        var frame = new StringBuilder();
        for (var row = 0; row < lines.Count; row++)
        {
            var code = hasColour ? Code(lines[row].Style) : null;
            frame.Append(CultureInfo.InvariantCulture, $"\e[{row + 1};1H").Append(code)
                .Append(Cells.Fit(lines[row].Text, width)).Append(code is null ? null : "\e[0m");
        }

        return frame.ToString();
    }

    private static string? Code(TopStyle style) => style switch
    {
        TopStyle.Title => "\e[1m",
        TopStyle.Selected => "\e[7m",
        TopStyle.Warning => "\e[1;33m",
        TopStyle.Faint => "\e[2m",
        _ => null,
    };
}
