using System.Net;
using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Recovering;

/// <summary>A service manager keeps what the pool held, when nobody else does.</summary>
[Parallelizable]
internal sealed class StoreTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task What_a_killed_pool_stored_comes_back_with_who_waited_in_it(CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        using var manager = new ServiceManager(temporary.Path);
        await using var first = await StartAsync(temporary, manager, "127.0.0.1:0,DIR/app.sock", cancel);
        var addresses = await first.AddressesAsync(cancel);
        await manager.KeepsAsync([$"any-{IPEndPoint.Parse(addresses[0]).Port}", "any-app.sock"], cancel);
        first.Process.Signal(Signum.SIGKILL);
        await first.Process.ExitAsync(cancel);

        EndPoint[] places = [IPEndPoint.Parse(addresses[0]), new UnixDomainSocketEndPoint(addresses[1])];
        using var early = await ConnectAsync(places[0], cancel);
        using var local = await ConnectAsync(places[1], cancel);
        await using var second = await StartAsync(temporary, manager, "127.0.0.1:0,DIR/app.sock", cancel);
        foreach (var address in addresses)
            await second.WaitForLineAsync($"listener {address} is back, from the service manager", cancel);
        Assert.That(await second.AddressesAsync(cancel), Is.EqualTo(addresses));

        await using var client = await second.ServeAsync(cancel);
        foreach (var socket in client.Sockets)
        {
            var number = Syscall.accept(socket.Handle, null);
            Assert.That(number, Is.GreaterThan(0), socket.Address);
            _ = Syscall.close(number);
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_a_reload_removes_is_kept_no_longer(CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        using var manager = new ServiceManager(temporary.Path);
        var start = $"zerg:\n  zerg-pool: {temporary.Path}/pool.sock:";
        var file = temporary.Write("app.yml", $"{start}{temporary.Path}/a.sock,{temporary.Path}/b.sock\n");
        await using var pool = await PoolProcess.StartInAsync(
            temporary.Path, [file], manager.Variables, cancel, manager.Prefix);
        await manager.KeepsAsync(["any-a.sock", "any-b.sock"], cancel);
        await File.WriteAllTextAsync(file, $"{start}{temporary.Path}/b.sock\n", cancel);
        pool.Process.Signal(Signum.SIGHUP);
        await manager.KeepsAsync(["any-b.sock"], cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_has_another_name_after_a_reload_is_kept_under_that(CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        using var manager = new ServiceManager(temporary.Path);
        var start = $"zerg:\n  zerg-pool: {temporary.Path}/pool.sock\n";
        var file = temporary.Write("app.yml", $"{start}  http-socket: {temporary.Path}/a.sock\n");
        await using var pool = await PoolProcess.StartInAsync(
            temporary.Path, [file], manager.Variables, cancel, manager.Prefix);
        await manager.KeepsAsync(["http-a.sock"], cancel);
        await File.WriteAllTextAsync(file, $"{start}  socket: {temporary.Path}/a.sock\n", cancel);
        pool.Process.Signal(Signum.SIGHUP);
        await manager.KeepsAsync(["uwsgi-a.sock"], cancel);

        await File.WriteAllTextAsync(file, $"{start}  http-socket: {temporary.Path}/b.sock\n", cancel);
        pool.Process.Signal(Signum.SIGHUP);
        await manager.KeepsAsync(["http-b.sock"], cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_is_passed_and_nobody_asks_for_is_named(CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        using var manager = new ServiceManager(temporary.Path);
        await using (var first = await StartAsync(temporary, manager, "DIR/a.sock,DIR/b.sock", cancel))
        {
            await manager.KeepsAsync(["any-a.sock", "any-b.sock"], cancel);
            first.Process.Signal(Signum.SIGKILL);
            await first.Process.ExitAsync(cancel);
        }

        await using var second = await StartAsync(temporary, manager, "DIR/b.sock", cancel);
        await second.WaitForLineAsync(
            "the service manager passed 'any-a.sock', which is no socket of this configuration", cancel);
    }

    private static Task<PoolProcess> StartAsync(
        TemporaryDirectory temporary, ServiceManager manager, string addresses, CancellationToken cancel)
        => PoolProcess.StartInAsync(
            temporary.Path, ["--zerg-pool", $"DIR/pool.sock:{addresses}"], manager.Variables, cancel, manager.Prefix);

    private static async Task<Socket> ConnectAsync(EndPoint place, CancellationToken cancel)
    {
        var isUnix = place is UnixDomainSocketEndPoint;
        var socket = new Socket(
            place.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await socket.ConnectAsync(place, cancel);
        return socket;
    }
}
