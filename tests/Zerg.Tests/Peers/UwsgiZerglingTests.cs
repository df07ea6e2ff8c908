using Zerg.Posix;
using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.PeerServers;

/// <summary>Real uWSGI zerglings on our pool.</summary>
internal sealed class UwsgiZerglingTests : PeerFixture
{
    [SetUp]
    public void RequireUwsgi() => Peers.Require("uwsgi");

    [Test, CancelAfter(90_000)]
    public async Task It_serves_HTTP_and_leaves_as_it_came(CancellationToken cancel)
    {
        var target = await StartPoolAsync("127.0.0.1:0", cancel);
        var uwsgi = Zergling("r1", "--protocol", "http");

        var one = Only(await AcceptingAsync(1, cancel));
        Assert.That((one.Kind, one.Pid, one.Mode), Is.EqualTo(("uwsgi", uwsgi.Pid, "join")));
        Assert.That(await HttpClients.ReleaseAsync(target, cancel), Is.EqualTo("r1"));

        // Again and again: a master that has just begun does not hear the first one.
        await Poll.UntilAsync(
            () =>
            {
                uwsgi.Signal(Signals.SIGINT);
                return uwsgi.HasExited;
            },
            () => "uwsgi runs on", cancel);
        await StatusAsync(status => status.Zerglings.Count == 0, cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task It_serves_its_own_protocol(CancellationToken cancel)
    {
        var target = (await StartPoolAsync(cancel, "--zerg-pool", PoolPath, "--socket", "127.0.0.1:0"))[0];
        Zergling("r1");

        var answer = await UwsgiClient.GetAsync(target, "/", cancel);
        Assert.That(answer, Does.Contain("X-Release: r1").And.Contain("200 OK"));
    }

    [Test, CancelAfter(90_000)]
    public async Task With_ten_sockets_it_connects_twice_and_is_one_zergling_that_serves_all(CancellationToken cancel)
    {
        var addresses = string.Join(',', Enumerable.Repeat("127.0.0.1:0", 9).Append(Temporary.File("app.sock")));
        var targets = await StartPoolAsync(cancel, "--zerg-pool", $"{PoolPath}:{addresses}");
        Assert.That(targets, Has.Count.EqualTo(10));
        Zergling("r1", "--protocol", "http");

        foreach (var target in targets)
            Assert.That(await HttpClients.ReleaseAsync(target, cancel), Is.EqualTo("r1"), target.ToString());
        Assert.That(Only(await AcceptingAsync(1, cancel)).Kind, Is.EqualTo("uwsgi"));
    }

    [Test, CancelAfter(90_000)]
    public async Task It_finds_an_abstract_pool(CancellationToken cancel)
    {
        PoolPath = $"@{Path.GetFileName(Temporary.Path)}";
        var target = (await StartPoolAsync(cancel, "--zerg-pool", $"{PoolPath}:127.0.0.1:0"))[0];
        Zergling("r1", "--protocol", "http");

        Assert.That(await HttpClients.ReleaseAsync(target, cancel), Is.EqualTo("r1"));
    }

    [Test, CancelAfter(90_000)]
    public async Task Beside_a_NET_app_it_serves_until_another_release_replaces_both(CancellationToken cancel)
    {
        var fifo = Temporary.File("fifo");
        var target = (await StartPoolAsync(
            cancel, "--zerg-pool", PoolPath, "--http-socket", "127.0.0.1:0", "--legacy-fifo", fifo))[0];
        var uwsgi = Zergling("r1", "--protocol", "http", "--master-fifo", fifo);
        await AcceptingAsync(1, cancel);
        var app = Hello("r2", ("ZERG_MODE", "join"));
        var status = await AcceptingAsync(2, cancel);
        Assert.That(status.Zerglings.Select(one => one.Kind), Is.EquivalentTo(new[] { "uwsgi", "app" }));

        await using var load = new PeerLoad(target, PeerLoad.OneConnectionARequest);
        await load.SeesAsync("r1", cancel);
        await load.SeesAsync("r2", cancel);
        await RollOutAsync(release => Hello(release), "r3", cancel);
        await load.SeesAsync("r3", cancel);
        Assert.That(await uwsgi.ExitAsync(cancel), Is.Zero);
        Assert.That(await app.ExitAsync(cancel), Is.Zero);
        await load.EndAsync();

        // The pool hears of an end a moment after this test does.
        Assert.That(
            Only(await StatusAsync(left => left.Zerglings.Count == 1, cancel)).Release, Is.EqualTo("r3"));
    }

    private ChildProcess Zergling(string release, params string[] more) => Start(
        release, Uwsgi,
        ["--zerg", PoolPath, "--plugin", "python3", "--master", "--wsgi-file", Examples("python/app.py"), .. more],
        ("ZERG_RELEASE", release));

    private static ZerglingStatus Only(StatusDocument status)
    {
        Assert.That(status.Zerglings, Has.Count.EqualTo(1));
        return status.Zerglings[0];
    }
}
