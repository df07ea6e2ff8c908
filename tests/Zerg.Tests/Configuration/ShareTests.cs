using Zerg.Configuration;

namespace Zerg.Tests.Configuration;

internal sealed class ShareTests
{
    [TestCase("1/8", 8, 1)]
    [TestCase("1/8", 9, 2)]
    [TestCase("1/8", 1, 1)]
    [TestCase("2/3", 3, 2)]
    [TestCase("10%", 30, 3)]
    [TestCase("99%", 4, 3)]
    [TestCase("3/4", 2, 1)]
    [TestCase("999/1000", 1024, 1023)]
    public void Of_so_many_workers(string text, int workers, int expected)
        => Assert.That(Share.Parse(text).Value!.Of(workers), Is.EqualTo(expected));

    [TestCase("")]
    [TestCase("0/8")]
    [TestCase("8/8")]
    [TestCase("1")]
    [TestCase("1/8/9")]
    [TestCase("-1/8")]
    [TestCase("1/1001")]
    [TestCase("0%")]
    [TestCase("100%")]
    [TestCase("1.5%")]
    [TestCase("99999999999/999999999999")]
    public void Anything_else_is_told(string text)
        => Assert.That(Share.Parse(text).Error, Is.EqualTo($"'{text}' is no share of the workers, expected '1/8' or '10%'"));
}
