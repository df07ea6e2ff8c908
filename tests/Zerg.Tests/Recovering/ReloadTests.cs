using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Recovering;

[Parallelizable]
internal sealed class ReloadTests
{
    private string _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("zp-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    [CancelAfter(60_000)]
    public async Task Sockets_come_and_go_and_everybody_is_told(CancellationToken cancel)
    {
        await using var pool = await StartAsync("[a.sock, b.sock]", cancel);
        await using var client = await pool.ServeAsync(cancel);
        await using var orders = client.OrdersAsync(cancel).GetAsyncEnumerator(cancel);
        Write("[b.sock, c.sock]");
        Assert.That(await DifferencesAsync(pool, cancel), Has.Some.StartsWith("http-socket: "));

        pool.Process.Signal(Signum.SIGHUP);
        await pool.WaitForLineAsync($"reloaded, '{pool.File("c.sock")}' came, '{pool.File("a.sock")}' went", cancel);
        Assert.That(await orders.MoveNextAsync());
        while (orders.Current is not ZergOrder.Sockets)
            await orders.MoveNextAsync();
        var change = (ZergOrder.Sockets)orders.Current;
        Assert.That(change.Removed, Is.EqualTo(new[] { "http-a.sock" }));
        Assert.That(change.Added.Select(socket => socket.Name), Is.EqualTo(new[] { "http-c.sock" }));
        Assert.That(await DifferencesAsync(pool, cancel), Is.Empty);
        Assert.That(await AddressesAsync(pool, "held", cancel), Is.EqualTo(new[] { pool.File("b.sock"), pool.File("c.sock") }));

        // The one that went stays for as long as somebody holds it.
        Assert.That(await AddressesAsync(pool, "leaving", cancel), Is.EqualTo(new[] { pool.File("a.sock") }));
        await ConnectAsync(pool.File("a.sock"), cancel);
        client.Sockets.Single(socket => socket.Name == "http-a.sock").Dispose();
        await pool.WaitForLineAsync($"listener {pool.File("a.sock")} is closed", cancel);
        Assert.That(File.Exists(pool.File("a.sock")), Is.False);
        Assert.That(await AddressesAsync(pool, "leaving", cancel), Is.Empty);
        await using var next = await pool.AttachAsync(cancel);
        Assert.That(next.Sockets.Select(socket => socket.Name), Is.EqualTo(new[] { "http-b.sock", "http-c.sock" }));
    }

    // Within worker-reload-mercy, a minute, nobody would answer there.
    [Test]
    [CancelAfter(30_000)]
    public async Task What_went_is_closed_though_the_pool_may_not_look_into_those_who_had_it(CancellationToken cancel)
    {
        Assume.That(Environment.UserName, Is.EqualTo("root"), "needs a pool of another user");
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        await using var pool = await StartAsync("[\"127.0.0.1:0\", b.sock]", cancel, "uid: nobody", "gid: nogroup", "allow-uid: root");
        await using var client = await pool.ServeAsync(cancel);
        var address = client.Sockets.Single(socket => socket.Address.StartsWith("127", StringComparison.Ordinal));
        address.Dispose();
        Write("[b.sock]", "uid: nobody", "gid: nogroup", "allow-uid: root");
        Assert.That((await PoolProcess.RunAsync(cancel, "reload", "--control", pool.Control)).ExitCode, Is.Zero);
        await pool.WaitForLineAsync($"listener {address.Address} is closed", cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task An_answer_comes_though_the_directory_that_it_was_started_in_is_gone(CancellationToken cancel)
    {
        var gone = Directory.CreateDirectory(Path.Combine(_directory, "gone")).FullName;
        var file = Path.Combine(_directory, "app.yml");
        await File.WriteAllTextAsync(file, "zerg:\n  zerg-pool: ../pool.sock\n  http-socket: 127.0.0.1:0\n", cancel);
        await using var pool = await PoolProcess.StartInAsync(
            _directory, [file], null, cancel, ["/bin/sh", "-c", $"cd {gone} && exec \"$@\"", "sh"]);
        Directory.Delete(gone);
        var reload = await RawPeer.OrderAsync(pool.Control, "reload", null, cancel);
        Assert.That(reload.GetProperty("exitCode").GetInt32(), Is.EqualTo(ExitCodes.Configuration));
        Assert.That(reload.GetProperty("message").GetString(), Does.Contain("it cannot be read from this working directory"));
        Assert.That(await DifferencesAsync(pool, cancel), Has.Some.StartsWith("the configuration cannot be read"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Whoever_was_greeted_before_and_says_hello_after_is_told_too(CancellationToken cancel)
    {
        // Its hello comes after a whole run of the program.
        const string patience = "handshake-timeout: 1m";
        await using var pool = await StartAsync("[a.sock, b.sock]", cancel, patience);
        using var peer = await RawPeer.GreetedAsync(pool.Path, cancel);
        Write("[b.sock, c.sock]", patience);
        Assert.That((await PoolProcess.RunAsync(cancel, "reload", "--control", pool.Control)).ExitCode, Is.Zero);
        await peer.SendAsync(
            new HelloFrame { Protocol = FrameChannel.ProtocolVersion, Role = ZerglingRole.App, Release = "v1" }, cancel);
        var welcome = (WelcomeFrame)(await peer.FrameAsync(cancel))!;
        Assert.That(welcome.Sockets.Select(socket => socket.Name), Is.EqualTo(new[] { "http-a.sock", "http-b.sock" }));
        var change = (SocketsFrame)(await peer.FrameAsync(cancel))!;
        Assert.That(change.Removed, Is.EqualTo(new[] { "http-a.sock" }));
        Assert.That(change.Added.Select(socket => socket.Name), Is.EqualTo(new[] { "http-c.sock" }));
    }

    [TestCase("[a.sock, nowhere/b.sock]", "", 71, "bind DIR/nowhere/b.sock: No such file or directory")]
    [TestCase("[a.sock, b.sock]", "listen: many", 78, "DIR/app.yml:4:11: listen: 'many' is out of range")]
    [TestCase("[a.sock", "", 78, "DIR/app.yml:5:1: no valid YAML")]
    [TestCase("[a.sock]", "zerg-pool: DIR/other.sock", 78, "zerg-pool: 'DIR/other.sock' came or went")]
    [TestCase("[a.sock]", "control: DIR/other.ctl", 78, "control: 'DIR/other.ctl' instead of")]
    [CancelAfter(60_000)]
    public async Task An_error_changes_nothing_and_is_told(
        string sockets, string more, int exitCode, string error, CancellationToken cancel)
    {
        await using var pool = await StartAsync("[a.sock]", cancel);
        Write(sockets, more);
        var run = await PoolProcess.RunAsync(cancel, "reload", "--control", pool.Control);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode));
        Assert.That(run.Errors.Single(), Does.StartWith("zergpool: ").And.Contain(error.Replace("DIR", _directory)));
        await pool.WaitForLineAsync("not reloaded, nothing has changed: ", cancel);
        Assert.That(await AddressesAsync(pool, "held", cancel), Is.EqualTo(new[] { pool.File("a.sock") }));
        Assert.That(File.Exists(pool.File("b.sock")), Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Modes_backlogs_and_lists_change_at_once_and_the_log_not(CancellationToken cancel)
    {
        await using var pool = await StartAsync("[a.sock]", cancel);
        Write("[a.sock]", "chmod-socket: 666", "listen: 77", "allow-uid: 65534", "logto: DIR/other.log");
        var run = await PoolProcess.RunAsync(cancel, "reload", "--control", pool.Control);
        Assert.That(run.Output, Is.EqualTo(new[] { "reloaded, the same sockets" }));
        Assert.That((int)File.GetUnixFileMode(pool.File("a.sock")), Is.EqualTo(0b110_110_110));
        Assert.That((int)File.GetUnixFileMode(pool.Path), Is.EqualTo(0b110_110_110));
        var status = await pool.StatusAsync(cancel);
        Assert.That(status.GetProperty("sockets")[0].GetProperty("backlog").GetInt32(), Is.EqualTo(77));
        Assert.That(
            await DifferencesAsync(pool, cancel),
            Is.EqualTo(new[] { $"logto: '{_directory}/other.log' in the configuration, 'stderr' here until a restart" }));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_port_below_1024_after_the_drop_is_refused_with_what_can_be_done(CancellationToken cancel)
    {
        Assume.That(Syscall.geteuid(), Is.Zero, "only root can give up root");
        File.SetUnixFileMode(_directory, (UnixFileMode)0b001_111_111_111);
        await using var pool = await StartAsync("[a.sock]", cancel, "uid: nobody", "gid: nogroup");
        Write("[a.sock, \"127.0.0.1:999\"]", "uid: nobody", "gid: nogroup");
        var run = await PoolProcess.RunAsync(cancel, "reload", "--control", pool.Control);
        Assert.That(run.ExitCode, Is.EqualTo(77));
        Assert.That(run.Errors.Single(), Does.Contain("bind 127.0.0.1:999: Permission denied: the pool has given up root for 'nobody'")
            .And.Contain("CAP_NET_BIND_SERVICE").And.Contain("restart the pool"));
    }

    private static async Task ConnectAsync(string path, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
    }

    // The pool does not wait long for the file: while the machine stands still it says so instead.
    private static async Task<string?[]> DifferencesAsync(PoolProcess pool, CancellationToken cancel)
    {
        string?[] lines = [];
        await PoolProcess.UntilAsync(
            async () => (lines = [.. (await pool.StatusAsync(cancel)).GetProperty("differences").EnumerateArray()
                .Select(line => line.GetString())]) is not ["the configuration cannot be read: it takes too long"],
            cancel);
        return lines;
    }

    private static async Task<string?[]> AddressesAsync(PoolProcess pool, string state, CancellationToken cancel)
        => [.. (await pool.StatusAsync(cancel)).GetProperty("sockets").EnumerateArray()
            .Where(socket => socket.GetProperty("state").GetString() == state)
            .Select(socket => socket.GetProperty("address").GetString())];

    private Task<PoolProcess> StartAsync(string sockets, CancellationToken cancel, params string[] more)
    {
        Write(sockets, more);
        return PoolProcess.StartInAsync(_directory, [Path.Combine(_directory, "app.yml")], null, cancel);
    }

    private void Write(string sockets, params string[] more) => File.WriteAllLines(
        Path.Combine(_directory, "app.yml"),
        [
            "zerg:", more.Any(line => line.StartsWith("zerg-pool", StringComparison.Ordinal)) ? "" : $"  zerg-pool: {_directory}/pool.sock",
            $"  http-socket: {sockets.Replace("[", $"[{_directory}/", StringComparison.Ordinal).Replace(", ", $", {_directory}/", StringComparison.Ordinal).Replace($"{_directory}/\"", "\"", StringComparison.Ordinal)}",
            .. more.Select(line => $"  {line.Replace("DIR", _directory, StringComparison.Ordinal)}"),
        ]);
}
