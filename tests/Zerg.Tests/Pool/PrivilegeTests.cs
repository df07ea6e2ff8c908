using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

[Parallelizable]
[Category("Root")]
internal sealed class PrivilegeTests
{
    private const int Nobody = 65534;

    [SetUp]
    public void OnlyAsRoot() => Assume.That(Syscall.geteuid(), Is.Zero, "these tests change the user");

    [Test]
    [CancelAfter(30_000)]
    public async Task The_pool_binds_a_port_below_1024_and_gives_up_root_for_good(CancellationToken cancel)
    {
        await using var pool = await StartLowAsync(cancel);
        string[] id = ["65534", "65534", "65534", "65534"];

        Assert.That(PoolProcess.ProcStatus(pool.Pid, "Uid"), Is.EqualTo(id));
        Assert.That(PoolProcess.ProcStatus(pool.Pid, "Gid"), Is.EqualTo(id));
        Assert.That(PoolProcess.ProcStatus(pool.Pid, "Groups"), Is.EqualTo(id[..1]));
        foreach (var set in new[] { "CapInh", "CapPrm", "CapEff", "CapAmb" })
            Assert.That(Convert.ToUInt64(PoolProcess.ProcStatus(pool.Pid, set)[0], 16), Is.Zero, set);
        foreach (var task in Directory.GetDirectories($"/proc/{pool.Pid}/task"))
        {
            Assert.That(
                File.ReadLines(task + "/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal))
                    .Split('\t')[1..],
                Is.EqualTo(id));
        }

        foreach (var file in new[] { "pool.sock", "pool.sock.ctl", "app.sock" })
        {
            Assert.That(Syscall.lstat(pool.File(file), out var status), Is.Zero);
            Assert.That(
                (status.st_uid, status.st_gid, Convert.ToString((int)status.st_mode & 0b111_111_111, 8)),
                Is.EqualTo(((uint)Nobody, (uint)Nobody, "660")), file);
        }

        await using var client = await pool.AttachAsync(cancel);
        Assert.That(client.Sockets, Has.Count.EqualTo(2));
        var document = (await pool.StatusAsync(cancel)).GetProperty("pool");
        Assert.That(document.GetProperty("uid").GetInt32(), Is.EqualTo(Nobody));
        Assert.That(document.GetProperty("gid").GetInt32(), Is.EqualTo(Nobody));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_directory_that_the_new_user_may_not_change_does_not_end_the_pool(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartWithAsync(
            "DIR/app.sock", cancel, "--uid", "nobody", "--gid", "nogroup");
        using var client = await pool.AttachAsync(cancel) is var attached ? attached.Sockets[0] : null;
        Assert.That(Syscall.shutdown(client!.Handle, ShutdownOption.SHUT_RDWR), Is.Zero);

        await pool.WaitForLineAsync("cannot be repaired", cancel);
        await attached.DisposeAsync();
        await pool.StateAsync(1, "gone", cancel);
        Assert.That(await pool.StopAsync(cancel), Is.Zero);
        Assert.That(pool.Process.Count("a socket file stays behind"), Is.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Running_as_root_without_a_uid_is_a_warning(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);

        Assert.That(await pool.WaitForLineAsync("running as root", cancel), Does.Contain("WRN"));
    }

    [TestCase("", "", false)]
    [TestCase("allow-uid 65534", "", true)]
    [TestCase("allow-gid 4242", "", false)]
    [TestCase("allow-gid 4242", "4242", true)]
    [TestCase("control-uid 65534", "", false)]
    [CancelAfter(30_000)]
    public async Task Who_is_not_allowed_may_not_attach(
        string option, string groups, bool allowed, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, Options(option));
        using var client = HelperProcess.Python("""
            import socket, sys, array
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
            data, control, flags, _ = s.recvmsg(14, socket.CMSG_SPACE(40))
            print(data[:10].decode(), sum(len(c[2]) // 4 for c in control))
            if data: sys.stdin.read()
            """, Nobody, groups, pool.Path);

        if (allowed)
        {
            await client.WaitForLineAsync("uwsgi-zerg 1", cancel);
        }
        else
        {
            Assert.That(
                await pool.WaitForLineAsync("refused", cancel),
                Does.EndWith($"{pool.Path}: uid {Nobody} gid {Nobody} pid {client.Pid} may not attach, refused"));
            await client.ExitAsync(cancel);
            await client.OutputEndAsync(cancel);
            Assert.That(client.Lines.Single().Trim(), Is.EqualTo("0"));
        }
    }

    [TestCase("", "", "status", 77)]
    [TestCase("allow-uid 65534", "", "status", 77)]
    [TestCase("allow-uid 65534", "", "stop", 77)]
    [TestCase("control-uid 65534", "", "status", 0)]
    [TestCase("control-uid 65534", "", "stop", 1)]
    [TestCase("control-gid 4242", "4242", "stop", 1)]
    [TestCase("control-gid 4242", "4243", "stop", 77)]
    [CancelAfter(30_000)]
    public async Task Who_is_not_allowed_may_give_no_orders(
        string option, string groups, string command, int expected, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, Options(option));
        using var client = HelperProcess.Python("""
            import json, socket, sys
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
            s.sendall((json.dumps({"command": sys.argv[2], "zergling": "7"}) + "\n").encode())
            print(json.loads(s.makefile().readline())["exitCode"])
            """, Nobody, groups, pool.Control, command);
        await client.ExitAsync(cancel);
        await client.OutputEndAsync(cancel);

        Assert.That(client.Lines.Single(), Is.EqualTo($"{expected}"));
        if (expected == 77)
        {
            await pool.WaitForLineAsync(
                $"order '{command}' of uid {Nobody} gid {Nobody} pid {client.Pid} refused", cancel);
        }
    }

    private static string[] Options(string option) =>
        ["--chmod-socket=666", .. option.Length == 0
            ? [] : new[] { "--" + option.Split(' ')[0], option.Split(' ')[1] }];

    // Nobody can be asked for a free port below 1024: the first one that nobody has when it is bound.
    private static async Task<PoolProcess> StartLowAsync(CancellationToken cancel)
    {
        for (var port = 600; ; port++)
        {
            try
            {
                return await PoolProcess.StartWithAsync(
                    $"127.0.0.1:{port},DIR/app.sock", cancel, "--uid", "nobody", "--gid", "nogroup",
                    "--logto", "DIR/pool.log");
            }
            catch (InvalidOperationException taken)
                when (taken.Message.Contains("Address already in use", StringComparison.Ordinal))
            {
                TestContext.Out.WriteLine(taken.Message);
            }
        }
    }
}
