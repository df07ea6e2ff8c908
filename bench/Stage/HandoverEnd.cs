using System.Text.RegularExpressions;

namespace Zerg.Stage;

/// <summary>How the hand-over to a release ended, as the pool's log tells it.</summary>
/// <param name="Release">The release that was to take over.</param>
/// <param name="Problem">Why it was refused; null when it serves.</param>
internal sealed partial record HandoverEnd(string Release, string? Problem)
{
    public static HandoverEnd? Parse(string line)
    {
        if (Completed().Match(line) is { Success: true } completed)
            return new HandoverEnd(completed.Groups[1].Value, null);
        return Refused().Match(line) is { Success: true } refused
            ? new HandoverEnd(refused.Groups[1].Value, refused.Groups[2].Value)
            : null;
    }

    [GeneratedRegex(@"hand-over to zergling \d+ \(release '(.*)'\) completed")]
    private static partial Regex Completed();

    [GeneratedRegex(@"zergling \d+ \(release '(.*)'\) (?:failed|left before it served): (.*)$")]
    private static partial Regex Refused();
}
