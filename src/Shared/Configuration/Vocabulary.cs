using System.Collections.Frozen;
using Zerg.Configuration.Uwsgi;

namespace Zerg.Configuration;

/// <summary>Every option there is, in the order in which help, reports and documentation show them.</summary>
internal static partial class Vocabulary
{
    public static IReadOnlyList<OptionDefinition> All { get; } = Table();

    private static readonly FrozenDictionary<string, OptionDefinition> s_byName =
        All.ToFrozenDictionary(definition => definition.Name);

    private static readonly FrozenDictionary<string, OptionDefinition> s_byAlias = All
        .SelectMany(definition => definition.Aliases.Select(alias => (alias, definition)))
        .ToFrozenDictionary(pair => pair.alias, pair => pair.definition);

    // What somebody means may well be an option that nobody reads.
    private static readonly string[] s_names =
        [.. All.Select(definition => definition.Name).Concat(KnownOptions.All.Select(known => known.Name)).Distinct()];

    public static OptionDefinition? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>The option of another name.</summary>
    public static OptionDefinition? Named(string alias) => s_byAlias.GetValueOrDefault(alias);

    public static IEnumerable<OptionDefinition> For(ProgramKinds programs) =>
        All.Where(definition => (definition.Programs & programs) != 0);

    /// <summary>The option that a misspelt name most likely means, or null when none is near.</summary>
    public static string? Nearest(string name) =>
        Spelling.Nearest(name.ToLowerInvariant().Replace('_', '-'), s_names);
}
