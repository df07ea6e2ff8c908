using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>A real uWSGI as zergling.</summary>
[Parallelizable]
internal sealed class UwsgiTests
{
    private const string App = """
        def application(environ, start_response):
            start_response('200 OK', [('Content-Type', 'text/plain')])
            return [b'served']
        """;

    [Test]
    [CancelAfter(30_000)]
    public async Task It_attaches_serves_and_is_gone_when_it_ends(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        using var uwsgi = Start(pool);
        await pool.StateAsync(1, "accepting", cancel);
        var one = (await pool.ZerglingsAsync(cancel)).Single();
        Assert.That(one.GetProperty("kind").GetString(), Is.EqualTo("uwsgi"));
        Assert.That(one.GetProperty("pid").GetInt32(), Is.EqualTo(uwsgi.Pid));
        Assert.That(one.GetProperty("name").GetString(), Is.EqualTo("uwsgi"));
        Assert.That(one.GetProperty("release").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(one.GetProperty("mode").GetString(), Is.EqualTo("join"));
        Assert.That(one.GetProperty("generation").GetInt32(), Is.EqualTo(1));
        Assert.That(await GetAsync(await pool.EndPointAsync(cancel), cancel), Is.EqualTo("served"));

        foreach (var verb in new[] { "pause", "resume", "drain" })
        {
            var reply = await RawPeer.OrderAsync(pool.Control, verb, "uwsgi", cancel);
            Assert.That(
                reply.GetProperty("message").GetString(),
                Does.Contain("a uWSGI without a legacy-fifo: it cannot be told"));
        }

        // Again and again: a master that has just begun does not hear the first one.
        await PoolProcess.UntilAsync(
            () =>
            {
                uwsgi.Signal(Signum.SIGINT);
                return uwsgi.HasExited;
            },
            cancel);
        await pool.StateAsync(1, "gone", cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Ten_sockets_are_one_entry_and_served_each(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartWithAsync(
            string.Join(',', Enumerable.Repeat("127.0.0.1:0", 10)), cancel);
        using var uwsgi = Start(pool);
        await pool.StateAsync(1, "accepting", cancel);
        await uwsgi.WaitForLineAsync("zerg sockets attached", cancel);

        foreach (var address in await pool.AddressesAsync(cancel))
            Assert.That(await GetAsync(IPEndPoint.Parse(address), cancel), Is.EqualTo("served"), address);
        Assert.That(await pool.ZerglingsAsync(cancel), Has.Length.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task It_reaches_a_pool_by_an_abstract_name_and_serves_abstract_and_UNIX_sockets(
        CancellationToken cancel)
    {
        var name = $"@zp-{Guid.NewGuid():N}";
        await using var pool = await PoolProcess.StartInAsync(
            null, ["--zerg-pool", $"{name}:127.0.0.1:0,DIR/app.sock,{name}-app"], null, cancel);
        using var uwsgi = Start(pool, name);
        await uwsgi.WaitForLineAsync("zerg sockets attached", cancel);
        await PoolProcess.UntilAsync(
            async () => (await Status(name, cancel)).GetProperty("zerglings").GetArrayLength() == 1, cancel);

        Assert.That(uwsgi.Lines, Has.Some.Contains($"attached to UNIX address {pool.File("app.sock")}"));
        foreach (var path in new[] { pool.File("app.sock"), $"\0{name[1..]}-app\0" })
            Assert.That(await GetAsync(new UnixDomainSocketEndPoint(path), cancel), Is.EqualTo("served"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Its_master_FIFO_pauses_resumes_and_drains_it(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(
            cancel, "--legacy-fifo", "DIR/other.fifo", "--legacy-fifo", "DIR/master.fifo");
        using var uwsgi = Start(pool, null, "--master-fifo", pool.File("master.fifo"));
        await pool.StateAsync(1, "accepting", cancel);
        var endPoint = await pool.EndPointAsync(cancel);
        Assert.That(await GetAsync(endPoint, cancel), Is.EqualTo("served"));
        await PoolProcess.UntilAsync(() => Reads(uwsgi.Pid, "master.fifo"), cancel);

        Assert.That(await Order(pool, "pause", cancel), Is.EqualTo((0, "is paused")));
        await uwsgi.WaitForLineAsync("*** worker 1 suspended", cancel);
        Assert.That(await Order(pool, "pause", cancel), Is.EqualTo((0, "is paused")));
        var waiting = GetAsync(endPoint, cancel);
        await PoolProcess.UntilAsync(
            async () => (await pool.StatusAsync(cancel)).GetProperty("sockets")[0].GetProperty("queued")
                .GetInt32() == 1,
            cancel);
        Assert.That(await Order(pool, "resume", cancel), Is.EqualTo((0, "accepts")));
        Assert.That(await waiting, Is.EqualTo("served"));

        Assert.That(await Order(pool, "drain", cancel), Is.EqualTo((0, "is drained and gone")));
        Assert.That(await uwsgi.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_release_replaces_it_through_its_master_FIFO(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--legacy-fifo", "DIR/master.fifo");
        using var uwsgi = Start(pool, null, "--master-fifo", pool.File("master.fifo"));
        await pool.StateAsync(1, "accepting", cancel);
        await PoolProcess.UntilAsync(() => Reads(uwsgi.Pid, "master.fifo"), cancel);
        await using var next = await pool.ServeAsync(cancel, "v2");

        await pool.StateAsync(1, "gone", cancel);
        Assert.That(await uwsgi.ExitAsync(cancel), Is.Zero);
        var record = (await pool.StatusAsync(cancel)).GetProperty("history")[0];
        Assert.That(record.GetProperty("outcome").GetString(), Is.EqualTo("completed"));
    }

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(30_000)]
    public async Task One_that_reads_another_FIFO_is_not_told_but_can_be_stopped(bool fifo, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, fifo ? ["--legacy-fifo", "DIR/master.fifo"] : []);
        using var uwsgi = Start(pool, null, "--master-fifo", pool.File("another.fifo"));
        await pool.StateAsync(1, "accepting", cancel);
        await PoolProcess.UntilAsync(() => Reads(uwsgi.Pid, "another.fifo"), cancel);

        Assert.That((await Order(pool, "drain", cancel)).Code, Is.EqualTo(1));
        Assert.That((await pool.ZerglingsAsync(cancel))[0].GetProperty("state").GetString(), Is.EqualTo("accepting"));
        Assert.That(await Order(pool, "stop", cancel), Is.EqualTo((0, "is gone")));
        Assert.That(await uwsgi.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_daemonized_one_is_unknown_and_not_gone(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        using var uwsgi = Start(
            pool, null, "--daemonize2", pool.File("uwsgi.log"), "--pidfile", pool.File("uwsgi.pid"));
        Assert.That(await uwsgi.ExitAsync(cancel), Is.Zero);
        try
        {
            await pool.StateAsync(1, "unknown", cancel);
            Assert.That(await GetAsync(await pool.EndPointAsync(cancel), cancel), Is.EqualTo("served"));

            // The file names the first process before it names the last.
            await PoolProcess.UntilAsync(
                async () => (await pool.ZerglingsAsync(cancel))[0].GetProperty("pid").GetInt32() == Daemon(), cancel);
        }
        finally
        {
            _ = Syscall.kill(Daemon(), Signum.SIGINT);
        }

        // Again and again: its worker may serve before the master has come so far that it hears the first one.
        await PoolProcess.UntilAsync(
            async () =>
            {
                _ = Syscall.kill(Daemon(), Signum.SIGINT);
                return await pool.StateOfAsync(1, cancel) == "gone";
            },
            cancel);
        await pool.WaitForLineAsync("nobody accepts any more", cancel);

        int Daemon() => int.TryParse(File.ReadAllText(pool.File("uwsgi.pid")), out var pid) ? pid : int.MaxValue;
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_visitor_that_holds_nothing_is_no_zergling_and_neither_is_one_that_still_shakes_hands(
        CancellationToken cancel)
    {
        // One that shakes hands has to do so until the other has been and gone.
        await using var pool = await PoolProcess.StartAsync(cancel, "--log-level", "debug", "--handshake-timeout", "1m");
        // At once: an interpreter that ends in order closes its connection first, and holds the rest for a moment longer.
        const string visit = """
            import os, socket, sys
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
            s.recvmsg(14, 100); print("greeted"); sys.stdin.readline(); os._exit(0)
            """;
        using var shaking = HelperProcess.Python(visit, null, "", pool.Path);
        await shaking.WaitForLineAsync("greeted", cancel);
        using var visitor = HelperProcess.Python(visit, null, "", pool.Path);
        await visitor.WaitForLineAsync("greeted", cancel);
        await visitor.WriteAsync("");
        await pool.WaitForLineAsync(
            $"pid {visitor.Pid} uid {Syscall.geteuid()} took the greeting but holds no socket", cancel);

        Assert.That(await pool.ZerglingsAsync(cancel), Is.Empty);
    }

    private static HelperProcess Start(PoolProcess pool, string? zerg = null, params string[] options)
    {
        File.WriteAllText(pool.File("app.py"), App);
        return HelperProcess.Start(
            "uwsgi",
            [
                "--plugin", "python3", "--master", "--zerg", zerg ?? pool.Path, "--protocol", "http", "--wsgi-file",
                pool.File("app.py"), .. options,
            ]);
    }

    private static async Task<(int Code, string Message)> Order(
        PoolProcess pool, string command, CancellationToken cancel)
    {
        var reply = await RawPeer.OrderAsync(pool.Control, command, "1", cancel);
        var message = reply.GetProperty("message").GetString()!;
        return (
            reply.GetProperty("exitCode").GetInt32(),
            message[(message.IndexOf(')', StringComparison.Ordinal) + 2)..]);
    }

    private static async Task<JsonElement> Status(string name, CancellationToken cancel)
        => (await RawPeer.OrderAsync(name + ".ctl", "status", null, cancel)).GetProperty("status");

    // Between its making and its opening nobody reads it yet.
    private static bool Reads(int pid, string file) => Directory.GetFileSystemEntries($"/proc/{pid}/fd")
        .Any(one => new FileInfo(one).LinkTarget?.EndsWith(file, StringComparison.Ordinal) == true);

    private static async Task<string> GetAsync(EndPoint endPoint, CancellationToken cancel)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(endPoint, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        return await client.GetStringAsync(new Uri("http://test/"), cancel);
    }
}
