namespace Zerg.Tests;

internal sealed class LabelRuleTests
{
    [TestCase("v1")]
    [TestCase("feature/login")]
    [TestCase("build 5")]
    [TestCase("\u00e9t\u00e9")]
    [TestCase("\U0001f680")]
    public void What_can_be_read_is_a_label(string text) => Assert.That(LabelRule.WhyNot(text), Is.Null);

    [TestCase("", "is empty")]
    [TestCase("-x", "begins with '-' like an option")]
    [TestCase("--exec=id", "begins with '-' like an option")]
    [TestCase("a\0b", "'a\\x00b' has characters that cannot be shown")]
    [TestCase("a\nb", "'a\\x0ab' has characters that cannot be shown")]
    [TestCase("a\u202eb", "cannot be shown")]
    [TestCase("a\u200bb", "cannot be shown")]
    [TestCase("a\u2028b", "cannot be shown")]
    [TestCase("a\ud800b", "cannot be shown")]
    [TestCase("a\ue000b", "cannot be shown")]
    public void What_cannot_be_read_or_would_be_an_option_is_none(string text, string reason)
        => Assert.That(LabelRule.WhyNot(text), Does.Contain(reason));

    [Test]
    public void It_has_a_bound()
    {
        Assert.That(LabelRule.WhyNot(new string('x', LabelRule.MaxLength)), Is.Null);
        Assert.That(LabelRule.WhyNot(new string('x', LabelRule.MaxLength + 1)), Does.Contain("at most 500"));
    }
}
