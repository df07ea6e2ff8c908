using System.Net.Sockets;
using System.Text;
using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>What a service manager sees of the pool.</summary>
[Parallelizable]
internal sealed class ServiceTests
{
    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(30_000)]
    public async Task The_service_manager_is_told_ready_status_and_stopping(bool isAbstract, CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("zp-").FullName;
        var name = $"zp-notify-{Guid.NewGuid():N}";
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var address = isAbstract ? $"@{name}" : Path.Combine(directory, name);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? $"\0{name}" : address));
        try
        {
            await using var pool = await PoolProcess.StartInAsync(
                directory, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0"],
                new Dictionary<string, string> { ["NOTIFY_SOCKET"] = address }, cancel);
            Assert.That(await NextAsync(manager, cancel), Does.StartWith("FDSTORE=1\nFDNAME=any-"));
            Assert.That(await NextAsync(manager, cancel), Is.EqualTo("READY=1\nSTATUS=generation 0: no zergling"));

            await using var client = await pool.ServeAsync(cancel);
            string told;
            do
                told = await NextAsync(manager, cancel);
            while (!told.Contains("accepting", StringComparison.Ordinal));
            Assert.That(told, Does.EndWith("STATUS=generation 1: 1 accepting"));

            pool.Process.Signal(Signum.SIGTERM);
            do
                told = await NextAsync(manager, cancel);
            while (!told.StartsWith("STOPPING=1", StringComparison.Ordinal));
            Assert.That(await pool.Process.ExitAsync(cancel), Is.Zero);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_service_manager_that_does_not_read_holds_nobody_up(CancellationToken cancel)
    {
        var name = $"zp-notify-{Guid.NewGuid():N}";
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint($"\0{name}"));
        await using var pool = await PoolProcess.StartInAsync(
            null, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0"],
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = $"@{name}" }, cancel);

        // More than the kernel queues for it, net.unix.max_dgram_qlen.
        var queue = int.Parse(
            await File.ReadAllTextAsync("/proc/sys/net/unix/max_dgram_qlen", cancel),
            System.Globalization.CultureInfo.InvariantCulture);
        Assume.That(queue, Is.LessThan(100));
        for (var n = 0; n <= queue; n++)
            await using (await pool.AttachAsync(cancel))
            {
            }

        Assert.That(await pool.StopAsync(cancel), Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_NOTIFY_SOCKET_that_is_no_address_is_ignored_with_a_line(CancellationToken cancel)
    {
        var address = "/" + new string('x', 120);
        await using var pool = await PoolProcess.StartInAsync(
            null, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0"],
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = address }, cancel);

        Assert.That(
            await pool.WaitForLineAsync("NOTIFY_SOCKET", cancel),
            Does.EndWith($"WRN NOTIFY_SOCKET: '{address}' is no address of a UNIX socket, ignoring"));
        await using var client = await pool.AttachAsync(cancel);
        Assert.That(client.IsPlain, Is.False);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Nobody_who_reads_its_log_is_no_reason_to_stop(CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        using var fifo = new FullFifo(temporary.File("fifo"));
        var path = temporary.File("pool.sock");
        var line = fifo.Redirected("dotnet", PoolProcess.Program, "--zerg-pool", $"{path}:127.0.0.1:0");
        using var pool = HelperProcess.Start(line[0], line[1..]);
        await PoolProcess.UntilAsync(() => File.Exists(path + ".ctl"), cancel);

        // More lines than wait for a reader: each attach is one at least.
        for (var i = 0; i < 300; i++)
        {
            await using var client = await ZergClient.AttachAsync(
                new ZergClientOptions { Pool = path, Release = "v1" }, cancel);
            Assert.That(client.IsPlain, Is.False);
        }

        pool.Signal(Signum.SIGTERM);
        Assert.That(await pool.ExitAsync(cancel), Is.Zero);
    }

    [TestCase(Signum.SIGTERM)]
    [TestCase(Signum.SIGINT)]
    [CancelAfter(30_000)]
    public async Task A_signal_stops_the_pool_in_order_and_zerglings_serve_on(Signum signal, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartWithAsync("127.0.0.1:0,DIR/app.sock", cancel);
        var endPoint = await pool.EndPointAsync(cancel);
        await using var client = await pool.ServeAsync(cancel);

        pool.Process.Signal(signal);
        Assert.That(await pool.Process.ExitAsync(cancel), Is.Zero);
        await pool.Process.OutputEndAsync(cancel);
        Assert.That(pool.Process.Lines, Has.Some.Contains($"{signal}: stopping; 1 zerglings keep the sockets"));
        Assert.That(
            await client.OrdersAsync(cancel).ToListAsync(cancel),
            Has.One.Items.And.All.TypeOf<ZergOrder.Resume>());

        using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await caller.ConnectAsync(endPoint, cancel);
        using var listener = new Socket(new SafeSocketHandle(client.Sockets[0].Handle, ownsHandle: false));
        using var served = await listener.AcceptAsync(cancel);
        Assert.That(served.Connected);

        using var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await local.ConnectAsync(new UnixDomainSocketEndPoint(pool.File("app.sock")), cancel);
        Assert.That(File.Exists(pool.Path), Is.False);
        Assert.That(File.Exists(pool.Control), Is.False);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_pool_whose_parent_ignores_signals_reloads_at_SIGHUP_and_ends_at_SIGINT(CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("zp-").FullName;
        try
        {
            using var pool = HelperProcess.Start(
                "sh",
                [
                    "-c", "trap '' INT HUP; exec dotnet \"$@\"", "sh", PoolProcess.Program,
                    "--zerg-pool", $"{directory}/pool.sock:127.0.0.1:0",
                ]);
            await pool.WaitForLineAsync(" holds ", cancel);
            pool.Signal(Signum.SIGHUP);
            await pool.WaitForLineAsync("reloaded, the same sockets", cancel);
            pool.Signal(Signum.SIGINT);
            Assert.That(await pool.ExitAsync(cancel), Is.Zero);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Logto_takes_every_line_and_stderr_none(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--logto", "DIR/pool.log", "--log-level", "debug");
        await using (await pool.AttachAsync(cancel, "v1", "named\u001b[31m"))
            await pool.StateAsync(1, "starting", cancel);
        await pool.StateAsync(1, "gone", cancel);
        await pool.StopAsync(cancel);

        var lines = await File.ReadAllLinesAsync(pool.File("pool.log"), cancel);
        Assert.That(
            lines[0],
            Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d INF zergpool .* holds 127\.0\.0\.1:"));
        Assert.That(lines, Has.Some.Contains("attached as app, release 'v1'"));
        Assert.That(lines, Has.None.Contains("\u001b"));
        Assert.That(pool.Process.Lines, Is.Empty);
        Assert.That(Syscall.stat(pool.File("pool.log"), out var status), Is.Zero);
        Assert.That((int)status.st_mode & 0b111_111, Is.EqualTo(0b100_000));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_log_file_that_cannot_be_written_leaves_nothing_bound(CancellationToken cancel)
    {
        await using var pool = PoolProcess.Launch(
            null, ["--zerg-pool", "DIR/pool.sock:DIR/a.sock", "--logto", "DIR/no/such/pool.log"]);

        Assert.That(await pool.Process.ExitAsync(cancel), Is.EqualTo(71));
        Assert.That(
            Directory.GetFileSystemEntries(pool.Directory).Select(Path.GetFileName),
            Is.EqualTo(new[] { "pool.sock.lock" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_journal_gets_priorities(CancellationToken cancel)
    {
        // JOURNAL_STREAM names the pipe itself, which only its holder can tell: a shell puts it there.
        var directory = Directory.CreateTempSubdirectory("zp-").FullName;
        using var pool = HelperProcess.Start(
            "sh",
            [
                "-c", "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec dotnet \"$@\"", "sh",
                PoolProcess.Program,
                "--zerg-pool", $"{directory}/pool.sock:{directory}/app.sock",
            ]);
        var line = await pool.WaitForLineAsync(" holds ", cancel);
        pool.Signal(Signum.SIGTERM);
        Assert.That(await pool.ExitAsync(cancel), Is.Zero);
        Directory.Delete(directory, recursive: true);

        Assert.That(line, Does.StartWith("<6>zergpool "));
    }

    private static async Task<string> NextAsync(Socket socket, CancellationToken cancel)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, cancel));
    }
}
