using Zerg.Protocol;
using Zergling.AspNetCore;

namespace Zerg.Tests.AspNetCore;

[CancelAfter(60_000)]
internal sealed class WarmUpTests
{
    [TestCase("/", "*", "localhost", "")]
    [TestCase("/", "", "localhost", "")]
    [TestCase("health?deep=1", "*", "localhost", "health?deep=1")]
    [TestCase("/health", "example.com;example.org", "example.com", "health")]
    [TestCase("/health", "*.example.com", "www.example.com", "health")]
    [TestCase("/health", "[::1]", "[::1]", "health")]
    [TestCase("http://shop.example.com/health?deep=1", "example.com", "shop.example.com", "health?deep=1")]
    [TestCase("http://example.com:8080", "*", "example.com:8080", "")]
    public void The_target_is_a_host_that_the_app_answers_to_and_a_path(
        string text, string allowed, string host, string path)
        => Assert.That(WarmUpTarget.Of(text, allowed.Split(';')), Is.EqualTo(new WarmUpTarget(host, path)));

    [Test]
    public async Task An_app_that_filters_hosts_is_asked_for_one_that_it_knows(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("AllowedHosts", "example.com"), ("HELLO_FAIL", "warmup"));
        using var session = await pool.AcceptAsync(cancel);
        Assert.That((await session.ExpectAsync<FailedFrame>(cancel)).Reason, Does.Contain("500"));
        Assert.That(await hello.ExitAsync(cancel), Is.EqualTo(1));
    }

    [TestCase("/no/such/page", "answered 404")]
    [TestCase("http://unknown.example.com/", "answered 400")]
    public async Task An_answer_that_clients_hardly_ask_for_is_a_warning(
        string target, string warning, CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("ZERG_WARM_UP", target), ("AllowedHosts", "example.com"));
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await hello.SaysAsync($"the warm-up of '{target}' was {warning}", cancel);
    }

    [Test]
    public async Task None_is_no_warm_up(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("ZERG_WARM_UP", "none"), ("HELLO_FAIL", "warmup"));
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
    }
}
