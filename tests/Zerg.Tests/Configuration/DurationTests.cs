using Zerg.Configuration;

namespace Zerg.Tests.Configuration;

internal sealed class DurationTests
{
    [TestCase("0", 0, "0s")]
    [TestCase("5", 5_000, "5s")]
    [TestCase("5s", 5_000, "5s")]
    [TestCase("500ms", 500, "500ms")]
    [TestCase("1500ms", 1_500, "1500ms")]
    [TestCase("2m", 120_000, "2m")]
    [TestCase("90s", 90_000, "90s")]
    [TestCase("1h", 3_600_000, "1h")]
    [TestCase("7d", 604_800_000, "7d")]
    public void A_duration_is_a_number_with_a_unit(string text, double milliseconds, string shown)
    {
        Parsed<TimeSpan> parsed = Duration.Parse(text);

        Assert.That(parsed.Value.TotalMilliseconds, Is.EqualTo(milliseconds));
        Assert.That(Duration.Format(parsed.Value), Is.EqualTo(shown));
        Assert.That(Duration.Parse(shown).Value, Is.EqualTo(parsed.Value));
    }

    [TestCase("", "'' is no duration, expected a duration such as '5', '5s', '500ms', '2m' or '1h'")]
    [TestCase("s", "'s' is no duration")]
    [TestCase("-1", "'-1' is no duration")]
    [TestCase("1.5s", "'1.5s' is no duration")]
    [TestCase("5 s", "'5 s' is no duration")]
    [TestCase("5min", "'5min' is no duration")]
    [TestCase("8d", "'8d' is too long, expected at most 7d")]
    [TestCase("99999999999999999999", "'99999999999999999999' is too long")]
    public void Anything_else_is_not(string text, string error) =>
        Assert.That(Duration.Parse(text).Error, Does.StartWith(error));
}
