using ZergPool.Metrics;

namespace Zerg.Tests.Observing;

internal sealed class OpenMetricsTextTests
{
    [TestCase("a\"b", "a\\\"b")]
    [TestCase("a\\b", "a\\\\b")]
    [TestCase("a\nb", "a\\nb")]
    [TestCase("a\e[1mb\r\u009b", "a?[1mb??")]
    public void A_label_stays_on_its_line_within_its_quotes(string value, string written)
    {
        var text = new OpenMetricsText();
        text.Family("zergpool_test", "gauge", "A family.");
        text.Sample("", 1, ("release", value));

        Assert.That(
            text.ToString(),
            Is.EqualTo($"# TYPE zergpool_test gauge\n# HELP zergpool_test A family.\nzergpool_test{{release=\"{written}\"}} 1\n# EOF\n"));
    }
}
