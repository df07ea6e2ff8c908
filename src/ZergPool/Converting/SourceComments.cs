using Zerg;
using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace ZergPool.Converting;

/// <summary>The comments of the files that options come from, each given away once.</summary>
internal sealed class SourceComments
{
    private readonly Dictionary<string, string[]> _files = [];
    private readonly HashSet<(string File, int Line)> _given = [];

    /// <summary>The lines of comment right above an option, without their marks.</summary>
    public IReadOnlyList<string> Above(SourcePosition position)
    {
        var comments = new List<string>();
        string[] lines = Lines(position.File);

        // YAML ends lines at characters that end none here, so a place may be behind the last.
        for (int line = Math.Min(position.Line, lines.Length) - 1; line > 0 && IsComment(lines[line - 1]) && _given.Add((position.File, line)); line--)
        {
            comments.Insert(0, OneLine.Of(lines[line - 1].Trim().TrimStart('#', ';').Trim()));
        }

        return comments;
    }

    /// <summary>The comment behind an option on its own line; null when there is none. An INI file has none there.</summary>
    public string? Behind(SourcePosition position)
    {
        string[] lines = Lines(position.File);
        if (position.Line == 0 || position.Line > lines.Length || position.File.EndsWith(".ini", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string line = lines[position.Line - 1];
        string rest = UwsgiYamlLine.WithoutComment(line);
        return rest.Length < line.TrimEnd().Length && _given.Add((position.File, position.Line))
            ? OneLine.Of(line[rest.Length..].Trim().TrimStart('#').Trim())
            : null;
    }

    private static bool IsComment(string line) => line.AsSpan().Trim() is ['#' or ';', ..];

    private string[] Lines(string file)
    {
        if (!_files.TryGetValue(file, out string[]? lines))
        {
            _files[file] = lines = File.Exists(file) ? (SourceText.Read(file, []) ?? "").Split('\n') : [];
        }

        return lines;
    }
}
