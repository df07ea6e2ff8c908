using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Adopting;

/// <summary>Whom <c>zergpool retire</c> ends, and whom it does not.</summary>
[CancelAfter(60_000)]
internal sealed class RetiringTests : AdoptingFixture
{
    [Test]
    public async Task Nobody_is_retired_while_nobody_else_serves(CancellationToken cancel)
    {
        using var former = PythonListener.Start("127.0.0.1:0");
        await StartPoolAsync(await former.ListeningAsync(cancel), cancel, "--adopt");
        var refused = await CommandAsync(cancel, "retire", $"{former.Pid}", "--zerg", PoolPath);
        Assert.That(await refused.ExitAsync(cancel), Is.EqualTo(75));
        Assert.That(refused.Error.Lines, Is.EqualTo(new[] { "zergpool: no zergling accepts yet: nobody would serve" }));
    }

    [Test]
    public async Task Nobody_is_retired_while_those_who_serve_have_none_of_its_sockets(CancellationToken cancel)
    {
        using var one = PythonListener.Start("127.0.0.1:0");
        using var other = PythonListener.Start("127.0.0.1:0");
        var (first, second) = (await one.ListeningAsync(cancel), await other.ListeningAsync(cancel));
        await StartPoolAsync(cancel, "--zerg-pool", $"{PoolPath}:{first}", "--zerg-pool", $"{PoolPath}2:{second}", "--adopt");
        Hello("new");
        await AcceptingAsync(1, cancel);
        var refused = await CommandAsync(cancel, "retire", $"{other.Pid}", "--zerg", PoolPath);
        Assert.That(await refused.ExitAsync(cancel), Is.EqualTo(75));
        Assert.That(
            refused.Error.Lines,
            Is.EqualTo(new[] { $"zergpool: no zergling of {PoolPath}2 accepts yet: nobody would serve '{second}'" }));
        var retired = await CommandAsync(cancel, "retire", $"{one.Pid}", "--zerg", PoolPath);
        Assert.That(await retired.ExitAsync(cancel), Is.Zero, string.Join('\n', retired.Error.Lines));
    }

    [Test]
    public async Task Others_are_not_retired(CancellationToken cancel)
    {
        using var former = PythonListener.Start("127.0.0.1:0");
        using var stranger = PythonListener.Start("127.0.0.1:0");
        await stranger.ListeningAsync(cancel);
        await StartPoolAsync(await former.ListeningAsync(cancel), cancel, "--adopt");
        var hello = Hello("new");
        var status = await AcceptingAsync(1, cancel);

        await RefusedAsync(stranger.Pid, $"pid {stranger.Pid} (python3) listens on no socket of this pool");
        await RefusedAsync(hello.Pid, $"pid {hello.Pid} (dotnet) is zergling 1: zergpool drain 1");
        await RefusedAsync(status.Pool.Pid, $"pid {status.Pool.Pid} (dotnet) is the pool, or its parent");
        await RefusedAsync(99_999_999, "there is no process 99999999");

        async Task RefusedAsync(int pid, string reason)
        {
            var refused = await CommandAsync(cancel, "retire", $"{pid}", "--zerg", PoolPath);
            Assert.That(await refused.ExitAsync(cancel), Is.EqualTo(1));
            Assert.That(refused.Error.Lines, Is.EqualTo(new[] { $"zergpool: {reason}" }));
        }
    }

    [TestCase("--signal=SIGNAL", "--signal: 'SIGNAL' is no signal")]
    [TestCase("--mercy=long", "--mercy: ")]
    public async Task A_bad_value_is_named(string option, string reason, CancellationToken cancel)
    {
        var refused = await CommandAsync(cancel, "retire", "1", "--zerg", PoolPath, option);
        Assert.That(await refused.ExitAsync(cancel), Is.EqualTo(64));
        Assert.That(refused.Error.Lines.Single(), Does.StartWith($"zergpool: {reason}"));
    }

    [Test]
    public async Task With_no_signal_it_accepts_no_more_and_lives(CancellationToken cancel)
    {
        var place = FreePlace();
        var old = await StartOldAsync("node", place, cancel);
        await StartPoolAsync($"{place}", cancel, "--adopt", $"{old.Pid}");
        var hello = Hello("new");
        await AcceptingAsync(1, cancel);
        var retired = await CommandAsync(cancel, "retire", $"{old.Pid}", "--zerg", PoolPath, "--signal", "none");
        Assert.That(await retired.ExitAsync(cancel), Is.Zero);
        Assert.That(
            retired.Output.Lines,
            Is.EqualTo(new[] { $"pid {old.Pid} (node) accepts no more; it has no connection left" }));

        for (var request = 0; request < 50; request++)
            Assert.That(await PeerServers.HttpClients.ReleaseAsync(place, cancel), Is.EqualTo("new"));
        Assert.That(old.HasExited, Is.False);
        old.Signal(Signals.SIGTERM);
        Assert.That(await old.ExitAsync(cancel), Is.Zero);
        Assert.That(hello.HasExited, Is.False);
    }

    [Test]
    public async Task What_it_has_accepted_is_served_before_it_ends(CancellationToken cancel)
    {
        var place = FreePlace();
        var old = await StartOldAsync("uwsgi", place, cancel);
        await StartPoolAsync($"{place}", cancel, "--adopt");
        using var http = new HttpClient();
        var slow = http.GetAsync(new Uri($"http://{place}/slow?ms=2000"), cancel);
        await Poll.UntilAsync(
            () => ListenerTable.Connections(ListenAddress.Parse($"{place}").Value!.Resolve()[0]).Any(inode => inode != 0),
            () => "no connection", cancel);
        Hello("new");
        await AcceptingAsync(1, cancel);
        var retired = await CommandAsync(cancel, "retire", $"{old.Pid}", "--zerg", PoolPath, "--signal", "KILL");
        Assert.That(await retired.ExitAsync(cancel), Is.Zero, string.Join('\n', retired.Error.Lines));
        using var answer = await slow;
        Assert.That(answer.Headers.GetValues("X-Release").Single(), Is.EqualTo("old"));
    }
}
