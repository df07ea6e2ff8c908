using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Recovering;

/// <summary>Between two lives of a pool, before those of the first one have come back to the second.</summary>
[Parallelizable]
internal sealed class QuickStopTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [TestCase(Signum.SIGKILL)]
    [TestCase(Signum.SIGTERM)]
    [CancelAfter(60_000)]
    public async Task A_pool_that_ends_again_at_once_leaves_the_path_that_they_serve(Signum signal, CancellationToken cancel)
    {
        Assume.That(Environment.IsPrivilegedProcess, "root alone takes the socket from whoever holds it");
        await using var first = await StartAsync("DIR/app.sock", cancel);
        await using var client = await first.ServeAsync(cancel);
        first.Process.Signal(signal);
        await first.Process.ExitAsync(cancel);

        // This process holds the socket, and does not come back.
        await using var second = await StartAsync("DIR/app.sock", cancel);
        second.Process.Signal(Signum.SIGTERM);
        await second.Process.ExitAsync(cancel);
        Assert.That(second.Process.ExitCode, Is.Zero);
        using var visitor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await visitor.ConnectAsync(new UnixDomainSocketEndPoint(_directory.File("app.sock")), cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_port_that_the_kernel_chose_and_somebody_else_has_by_now_is_another_one(CancellationToken cancel)
    {
        await using var first = await StartAsync("127.0.0.1:0", cancel);
        var before = await first.EndPointAsync(cancel);
        first.Process.Signal(Signum.SIGTERM);
        await first.Process.ExitAsync(cancel);

        // At once: until then the kernel may give the port to anybody who connects somewhere.
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(before);
        other.Listen();
        await using var second = await StartAsync("127.0.0.1:0", cancel);
        Assert.That(await second.EndPointAsync(cancel), Is.Not.EqualTo(before));
    }

    private Task<PoolProcess> StartAsync(string address, CancellationToken cancel) => PoolProcess.StartInAsync(
        _directory.Path, ["--zerg-pool", $"{_directory.File("pool.sock")}:{address.Replace("DIR", _directory.Path)}"], null, cancel);
}
