using System.Globalization;
using Zerg.Posix;

namespace Zerg.Configuration.Reading;

/// <summary>
/// A block of uWSGI's logic: what stands in it counts once for each item. A condition has the tested value as its one
/// item when it holds, and none when it does not. It is decided where it stands, from its text as it stands.
/// </summary>
internal sealed record OptionBlock(Option Opener, IReadOnlyList<string> Items)
{
    private const int MaxItems = 1000;
    private const string If = "if-";
    private const string Not = "if-not-";

    private static readonly string[] s_ends = ["end", "endif", "end-if", "endfor", "end-for"];
    private static readonly string[] s_loops = ["for", "for-glob", "for-times", "for-readline"];

    private static readonly string[] s_conditions =
    [
        "exists", "file", "dir", "directory", "env", "opt", "plugin", "hostname", "hostname-match", "reload",
    ];

    public static bool Closes(string name) => s_ends.Contains(name);

    public static bool Opens(string name) => s_loops.Contains(name) || Condition(name) is not null;

    /// <summary>Decides a condition, or makes the items of a loop.</summary>
    public static OptionBlock Open(Option opener, OptionCollector collector)
    {
        if (opener.Value.Contains("%(", StringComparison.Ordinal) || opener.Value.Contains("$(", StringComparison.Ordinal))
        {
            collector.Warn(opener, $"'{opener.Value}' is taken as it stands: placeholders are filled in later, as in uWSGI");
        }

        List<string> items = [.. (Condition(opener.Name) is { } condition
            ? Test(condition, opener, collector)
            : Loop(opener, collector)).Take(MaxItems + 1)];
        if (items.Count > MaxItems)
        {
            collector.Error(opener.Position, opener.Name, $"goes round more than {MaxItems} times");
            items.Clear();
        }

        return new OptionBlock(opener, items);
    }

    private static string? Condition(string name) =>
        !name.StartsWith(If, StringComparison.Ordinal) ? null
        : name[(name.StartsWith(Not, StringComparison.Ordinal) ? Not.Length : If.Length)..] is var condition
            && s_conditions.Contains(condition) ? condition
        : null;

    private static string[] Test(string condition, Option opener, OptionCollector collector)
    {
        string tested = opener.Value;
        string value = tested;
        bool holds = condition switch
        {
            "exists" => Path.Exists(tested),
            "file" => File.Exists(tested),
            "dir" or "directory" => Directory.Exists(tested),
            "env" => IsEqual(Environment.GetEnvironmentVariable, tested, out value),
            "opt" => IsEqual(name => collector.Options.All(name).Select(one => one.Value).FirstOrDefault(), tested, out value),
            "hostname" => Environment.MachineName == tested,
            "hostname-match" => Environment.MachineName.Contains(tested, StringComparison.Ordinal),
            _ => false,
        };
        if (condition == "plugin")
        {
            collector.Warn(opener, $"there are no plugins here, so '{tested}' counts as not loaded");
        }

        return holds != opener.Name.StartsWith(Not, StringComparison.Ordinal) ? [value] : [];
    }

    // NAME, or NAME=VALUE; the item is the value.
    private static bool IsEqual(Func<string, string?> lookUp, string tested, out string value)
    {
        string[] parts = tested.Split('=', 2);
        string? found = lookUp(parts[0]);
        value = found ?? tested;
        return found is not null && (parts.Length == 1 || found == parts[1]);
    }

    private static IEnumerable<string> Loop(Option opener, OptionCollector collector)
    {
        switch (opener.Name)
        {
            case "for-glob":
                return Glob.Match(opener.Value);
            case "for-times" when int.TryParse(opener.Value, CultureInfo.InvariantCulture, out int times):
                return Enumerable.Range(1, Math.Max(times, 0)).Select(i => i.ToString(CultureInfo.InvariantCulture));
            case "for-times":
                collector.Error(opener.Position, opener.Name, $"'{opener.Value}' is no number");
                return [];
            case "for-readline":
                return SourceText.Read(opener.Value, opener.Position, collector.Problems) is { } text ? Lines(text) : [];
            default:
                return opener.Value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        }
    }

    private static IEnumerable<string> Lines(string text) =>
        text.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0);
}
