using System.Globalization;
using System.Text;

namespace ZergPool.Metrics;

/// <summary>Metric families in the text form of OpenMetrics 1.0, one after the other.</summary>
internal sealed class OpenMetricsText
{
    private readonly StringBuilder _text = new();
    private string _family = "";

    /// <summary>Begins a family; a unit is the last word of its name.</summary>
    public void Family(string name, string type, string help, string? unit = null)
    {
        _family = name;
        _text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n");
        if (unit is not null)
            _text.Append(CultureInfo.InvariantCulture, $"# UNIT {name} {unit}\n");
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(help)}\n");
    }

    /// <summary>A sample of the family; its name may go on.</summary>
    public void Sample(string suffix, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(_family).Append(suffix);
        for (var index = 0; index < labels.Length; index++)
        {
            var (name, text) = labels[index];
            _text.Append(index == 0 ? '{' : ',').Append(name).Append("=\"").Append(Escape(text)).Append('"');
        }

        _text.Append(labels.Length > 0 ? "} " : " ").Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    /// <summary>A counter, and since when it counts.</summary>
    public void Counter(double value, DateTimeOffset created, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        Sample("_total", value, labels);
        Sample("_created", created.ToUnixTimeMilliseconds() / 1000.0, labels);
    }

    /// <summary>All of it, with its end.</summary>
    public override string ToString() => $"{_text}# EOF\n";

    // Zerglings chose some of these words; half a character is none.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => escaped.Append("\\\\"),
                '"' => escaped.Append("\\\""),
                '\n' => escaped.Append("\\n"),
                _ when Rune.IsControl(rune) => escaped.Append('?'),
                _ => escaped.Append(rune.ToString()),
            };
        }

        return escaped.ToString();
    }
}
