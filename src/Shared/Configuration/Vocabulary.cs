using System.Collections.Frozen;

namespace Zerg.Configuration;

/// <summary>Every option there is, in the order in which help, reports and documentation show them.</summary>
internal static partial class Vocabulary
{
    public static IReadOnlyList<OptionDefinition> All { get; } = Table();

    private static readonly FrozenDictionary<string, OptionDefinition> s_byName =
        All.ToFrozenDictionary(definition => definition.Name);

    private static readonly int s_longest = All.Max(definition => definition.Name.Length);

    public static OptionDefinition? Find(string name) => s_byName.GetValueOrDefault(name);

    public static IEnumerable<OptionDefinition> For(ProgramKinds programs) =>
        All.Where(definition => (definition.Programs & programs) != 0);

    /// <summary>The option that a misspelt name most likely means, or null when none is near.</summary>
    public static string? Nearest(string name)
    {
        // Longer than any option by more than the distance allowed: not worth the quadratic comparison.
        if (name.Length > 2 * s_longest)
        {
            return null;
        }

        string folded = name.ToLowerInvariant().Replace('_', '-');
        (string Name, int Distance) best = All
            .Select(definition => (definition.Name, Distance: EditDistance(folded, definition.Name)))
            .MinBy(candidate => candidate.Distance);
        return best.Distance <= Math.Max(1, Math.Min(name.Length, best.Name.Length) / 3) ? best.Name : null;
    }

    // Two letters exchanged are one edit: the commonest slip of all (optimal string alignment).
    private static int EditDistance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                int replaced = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replaced, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
