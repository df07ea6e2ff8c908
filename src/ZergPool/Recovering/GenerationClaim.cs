using System.Globalization;

namespace ZergPool.Recovering;

/// <summary>
/// What a zergling may say of the generation that an earlier pool gave it: it is believed as far as this pool cannot know
/// better.
/// </summary>
internal static class GenerationClaim
{
    /// <summary>Why a claim cannot be true, in words that follow the peer; null when it may be.</summary>
    /// <param name="claimed">What it says, within the bounds of a frame.</param>
    /// <param name="known">What this pool has come to.</param>
    /// <param name="recorded">What the pool before had written down; null without a record.</param>
    /// <param name="mayHaveServed">Whether there was a pool before this one, and the process may have served it.</param>
    public static string? WhyNot(int claimed, int known, int? recorded, bool mayHaveServed)
    {
        if (claimed <= known)
            return null;
        var begin = string.Create(CultureInfo.InvariantCulture, $"it says that it serves generation {claimed}, and ");
        if (!mayHaveServed)
            return string.Create(CultureInfo.InvariantCulture, $"{begin}this pool has come to {known}");

        // The order to accept names the next generation, which is written down when a zergling serves in it.
        return recorded is { } last && claimed > last + 1
            ? string.Create(CultureInfo.InvariantCulture, $"{begin}the pool before this one had come to {last}") : null;
    }
}
