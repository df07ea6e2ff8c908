using Spectre.Console;

namespace Zerg.Demo.Live;

/// <summary>The colours of the display: each release keeps its own.</summary>
internal static class Palette
{
    private static readonly Color[] s_releases =
    [
        new(95, 175, 215), new(95, 215, 175), new(215, 175, 95),
        new(175, 135, 215), new(215, 135, 95), new(135, 175, 95),
    ];

    public static Style Plain { get; } = Style.Plain;

    public static Style Title { get; } = new(decoration: Decoration.Bold);

    public static Style Quiet { get; } = new(new Color(128, 128, 128));

    public static Style Good { get; } = new(new Color(95, 215, 135), decoration: Decoration.Bold);

    public static Style Bad { get; } = new(new Color(255, 95, 95), decoration: Decoration.Bold);

    public static Color Nobody { get; } = new(58, 58, 58);

    public static Color Loss { get; } = new(255, 95, 95);

    /// <summary>The colour of v1, v2, ...; neighbours differ.</summary>
    public static Color Release(string release) =>
        int.TryParse(release.AsSpan(Math.Min(1, release.Length)), out var number)
            ? s_releases[(number + s_releases.Length - 1) % s_releases.Length]
            : Nobody;

    public static Style Of(Tone tone) => tone switch
    {
        Tone.Good => new Style(new Color(95, 215, 135)),
        Tone.Bad => new Style(new Color(255, 135, 95)),
        _ => Plain,
    };
}
