using Zerg.Configuration;

namespace Zerg.Tests.Configuration;

internal sealed class WatchTermTests
{
    [TestCase("5xx<1%", "5xx<1%")]
    [TestCase("1xx<0.5%, 4xx<100%", "1xx<0.5%,4xx<100%")]
    [TestCase("p50<1ms,p99<500ms,p99.9<1m", "p50<1ms,p99<500ms,p99.9<1m")]
    [TestCase(" p95<2 ", "p95<2s")]
    public void Terms_are_shares_and_latencies(string text, string terms)
        => Assert.That(WatchTerm.Format(WatchTerm.ParseAll(text).Value!), Is.EqualTo(terms));

    [TestCase("5xx", "'5xx': expected a share such as '5xx<1%' or a latency such as 'p99<500ms'")]
    [TestCase("5xx<1", "'5xx<1': expected a share such as '5xx<1%' or a latency such as 'p99<500ms'")]
    [TestCase("0xx<1%", "'0xx<1%': expected a share such as '5xx<1%' or a latency such as 'p99<500ms'")]
    [TestCase("6xx<1%", "'6xx<1%': expected a share such as '5xx<1%' or a latency such as 'p99<500ms'")]
    [TestCase("5xx<1%<2%", "'5xx<1%<2%': expected a share such as '5xx<1%' or a latency such as 'p99<500ms'")]
    [TestCase("5xx>1%", "'5xx>1%': expected a share such as '5xx<1%' or a latency such as 'p99<500ms'")]
    [TestCase("p<1s", "'p<1s': expected a share such as '5xx<1%' or a latency such as 'p99<500ms'")]
    [TestCase("p99,", "'p99': expected a share such as '5xx<1%' or a latency such as 'p99<500ms'")]
    [TestCase("5xx<1%,", "'': expected a share such as '5xx<1%' or a latency such as 'p99<500ms'")]
    [TestCase("5xx<0%", "'5xx<0%': expected more than 0% and at most 100%")]
    [TestCase("5xx<-1%", "'5xx<-1%': expected more than 0% and at most 100%")]
    [TestCase("5xx<1e1%", "'5xx<1e1%': expected more than 0% and at most 100%")]
    [TestCase("5xx<100.1%", "'5xx<100.1%': expected more than 0% and at most 100%")]
    [TestCase("5xx<%", "'5xx<%': expected more than 0% and at most 100%")]
    [TestCase("p49<1s", "'p49<1s': expected p50 to p99.9")]
    [TestCase("p99.95<1s", "'p99.95<1s': expected p50 to p99.9")]
    [TestCase("p100<1s", "'p100<1s': expected p50 to p99.9")]
    [TestCase("p99<0", "'p99<0': expected a time from 1ms to 1m")]
    [TestCase("p99<61s", "'p99<61s': expected a time from 1ms to 1m")]
    [TestCase("p99<soon", "'soon' is no duration, expected a duration such as '5', '5s', '500ms', '2m' or '1h'")]
    [TestCase("5xx<1%,5xx<2%", "'5xx' is there twice")]
    [TestCase("p99<1s,p99.0<2s", "'p99' is there twice")]
    public void What_is_none_is_told_in_one_line(string text, string problem)
        => Assert.That(WatchTerm.ParseAll(text).Error, Is.EqualTo(problem));
}
