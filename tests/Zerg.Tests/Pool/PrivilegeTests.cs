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
        Assert.That(
            Directory.GetDirectories($"/proc/{pool.Pid}/task").Select(Uids).Where(uids => uids is not null).ToList(),
            Is.Not.Empty.And.All.EqualTo(id));

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

        // Said once, however often it is looked at.
        for (var n = 0; n < 3; n++)
            await using (await pool.AttachAsync(cancel))
            {
            }

        Assert.That(pool.Process.Count("cannot be repaired"), Is.EqualTo(1));
        Assert.That(Syscall.lstat(pool.File("app.sock"), out _), Is.Zero, "what cannot be replaced stays");
        await pool.StateAsync(1, "gone", cancel);
        Assert.That(await pool.StopAsync(cancel), Is.Zero);
        await pool.Process.OutputEndAsync(cancel);
        Assert.That(pool.Process.Count("a socket file stays behind"), Is.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_socket_file_whose_owner_cannot_be_set_does_not_stay_behind(CancellationToken cancel)
    {
        var directory = OpenDirectory();
        using var pool = AsNobody(
            directory, "", ["--zerg-pool", $"{directory}/pool.sock:{directory}/a.sock", "--chown-socket", "root"]);

        Assert.That(await pool.ExitAsync(cancel), Is.EqualTo(77));
        await pool.OutputEndAsync(cancel);
        Assert.That(pool.Lines, Is.EqualTo(new[] { $"zergpool: chown {directory}/a.sock: Operation not permitted" }));
        Assert.That(Directory.GetFiles(directory), Is.EqualTo(new[] { $"{directory}/pool.sock.lock" }));
        Directory.Delete(directory, recursive: true);
    }

    // The user that the pool becomes may own the log's directory, and all that lies in it.
    [TestCase("log", "victim")]
    [TestCase("way/log", "")]
    [CancelAfter(30_000)]
    public async Task Root_follows_no_link_to_the_log(string log, string target, CancellationToken cancel)
    {
        var directory = OpenDirectory();
        using var elsewhere = new TemporaryDirectory();
        var victim = elsewhere.Write("victim", "private\n");
        File.SetUnixFileMode(victim, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.That(Syscall.symlink(elsewhere.File(target), Path.Combine(directory, log.Split('/')[0])), Is.Zero);
        await using var pool = PoolProcess.Launch(
            directory,
            ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0", "--uid=nobody", "--gid=nogroup", $"--logto=DIR/{log}"]);

        Proof.Refused(await pool.Process.ExitAsync(cancel), Is.EqualTo(77));
        await pool.Process.OutputEndAsync(cancel);
        Assert.That(
            pool.Process.Lines, Is.EqualTo(new[] { $"zergpool: open {directory}/{log}: Permission denied" }));
        Proof.Refused(Modes(victim), Is.EqualTo(("600", 0, 0)));
        Proof.Refused(await File.ReadAllTextAsync(victim, cancel), Is.EqualTo("private\n"));
        Proof.Refused(Directory.GetFileSystemEntries(elsewhere.Path), Is.EqualTo(new[] { victim }));
        Directory.Delete(directory, recursive: true);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_log_that_is_there_keeps_its_owner(CancellationToken cancel)
    {
        var directory = OpenDirectory();
        await File.WriteAllTextAsync(directory + "/pool.log", "before\n", cancel);
        File.SetUnixFileMode(directory + "/pool.log", (UnixFileMode)0b110_110_110);
        await using (await PoolProcess.StartInAsync(
            directory,
            ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0", "--uid=nobody", "--gid=nogroup", "--logto", "DIR/pool.log"],
            null, cancel))
            Assert.That(Modes(directory + "/pool.log"), Is.EqualTo(("666", 0, 0)));
        Directory.Delete(directory, recursive: true);
    }

    [TestCase("--uid=4242 --gid=4242", "uid: only root becomes '4242', and this is uid 65534")]
    [TestCase("--gid=4242", "gid: only root enters '4242', and this is gid 65534")]
    [CancelAfter(30_000)]
    public async Task Who_is_not_root_becomes_nobody_else(string options, string error, CancellationToken cancel)
    {
        var directory = OpenDirectory();
        using var pool = AsNobody(
            directory, "", ["--zerg-pool", $"{directory}/pool.sock:127.0.0.1:0", .. options.Split(' ')]);

        Assert.That(await pool.ExitAsync(cancel), Is.EqualTo(77));
        await pool.OutputEndAsync(cancel);
        Assert.That(pool.Lines, Is.EqualTo(new[] { $"zergpool: command line: argument 3: {error}" }));
        Assert.That(Directory.GetFileSystemEntries(directory), Is.Empty);
        Directory.Delete(directory, recursive: true);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Its_own_uid_and_gid_may_be_named_by_anybody(CancellationToken cancel)
    {
        var directory = OpenDirectory();
        using var pool = AsNobody(
            directory, "",
            ["--zerg-pool", $"{directory}/pool.sock:127.0.0.1:0", "--uid=nobody", "--gid=nogroup"]);

        await pool.WaitForLineAsync(" holds ", cancel);
        pool.Signal(Signum.SIGTERM);
        Assert.That(await pool.ExitAsync(cancel), Is.Zero);
        Directory.Delete(directory, recursive: true);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_gid_without_a_uid_leaves_the_groups_of_root_and_says_what_stays(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--gid", "nogroup");

        Assert.That(await pool.WaitForLineAsync("running as root (gid 65534)", cancel), Does.Contain("WRN"));
        Assert.That(PoolProcess.ProcStatus(pool.Pid, "Gid"), Is.All.EqualTo("65534"));
        Assert.That(PoolProcess.ProcStatus(pool.Pid, "Groups"), Is.EqualTo(new[] { "65534" }));
        Assert.That(PoolProcess.ProcStatus(pool.Pid, "Uid"), Is.All.EqualTo("0"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Running_as_root_without_a_uid_is_a_warning(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);

        Assert.That(await pool.WaitForLineAsync("running as root", cancel), Does.Contain("WRN"));
    }

    [TestCase("allow-uid 4242", "", false)]
    [TestCase("allow-uid 65534", "", true)]
    [TestCase("allow-gid 4242", "", false)]
    [TestCase("allow-gid 4242", "4242", true)]
    [TestCase("allow-uid 4242 control-uid 65534", "", false)]
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
            Proof.Refused(client.Lines.Single().Trim(), Is.EqualTo("0"));
        }
    }

    // A serving release keeps its label when the pool comes back; only in an order is it a plain word.
    [TestCase("feature/login")]
    [TestCase("v1.2 (rc)")]
    [CancelAfter(30_000)]
    public async Task A_peer_of_another_user_names_its_release_as_it_likes(string release, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--allow-uid", $"{Nobody}");
        using var client = HelperProcess.Python("""
            import json, socket, struct, sys
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
            hello = json.dumps(dict(type="hello", protocol=1, role="app", release=sys.argv[2], name="other")).encode()
            s.sendall(struct.pack("<I", len(hello)) + hello)
            s.recvmsg(14, 100)
            sys.stdin.read()
            """, Nobody, "", pool.Path, release);
        await pool.StateAsync(1, "starting", cancel);
        Assert.That((await pool.ZerglingsAsync(cancel))[0].GetProperty("release").GetString(), Is.EqualTo(release));
    }

    [TestCase("control-uid 4242", "", "status", 77)]
    [TestCase("control-uid 4242 allow-uid 65534", "", "status", 77)]
    [TestCase("control-uid 4242 allow-uid 65534", "", "stop", 77)]
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

        if (expected == ExitCodes.NotPermitted)
        {
            Proof.Refused(client.Lines.Single(), Is.EqualTo($"{expected}"));
            await pool.WaitForLineAsync(
                $"order '{command}' of uid {Nobody} gid {Nobody} pid {client.Pid} refused", cancel);
        }
        else
        {
            Assert.That(client.Lines.Single(), Is.EqualTo($"{expected}"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Silent_strangers_displace_nobody_who_may_give_orders(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--control-uid", "4242");
        using var crowd = HelperProcess.Python("""
            import socket, sys
            print("here")
            sys.stdin.readline()
            crowd = []
            for n in range(100):
                crowd.append(socket.socket(socket.AF_UNIX)); crowd[-1].connect(sys.argv[1])
            print("all are there")
            sys.stdin.read()
            """, Nobody, "", pool.Control);

        // It has a few seconds only, and they begin now: the crowd is about to come.
        await crowd.WaitForLineAsync("here", cancel);
        using var slow = await RawPeer.ConnectAsync(pool.Control, cancel);
        await crowd.WriteAsync("");
        await crowd.WaitForLineAsync("all are there", cancel);
        await pool.WaitForLineAsync($"order of pid {crowd.Pid} uid {Nobody} dropped: it was silent", cancel);

        await slow.SendAsync("{\"command\":\"status\"}\n"u8.ToArray(), cancel);
        var answer = await slow.BytesAsync(13, cancel);
        Assert.That(System.Text.Encoding.UTF8.GetString(answer), Is.EqualTo("{\"exitCode\":0"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Workers_that_cannot_be_told_to_end_are_named(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--uid=nobody", "--gid=nogroup");
        using var launcher = HelperProcess.Python("""
            import json, os, socket, struct, sys, time
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
            def say(**frame):
                data = json.dumps(frame).encode(); s.sendall(struct.pack("<I", len(data)) + data)
            say(type="hello", protocol=1, role="launcher", release="v1", name="launcher")
            s.recvmsg(14, 100)
            pid = os.fork()
            if pid == 0:
                s.close()
                sys.stdin.read()
                os._exit(0)
            say(type="ready")
            say(type="state", state="accepting", workers=[pid])
            print("worker", pid)
            while True: time.sleep(60)
            """, null, "", pool.Path);
        var worker = (await launcher.WaitForLineAsync("worker", cancel)).Split(' ')[1];
        await pool.StateAsync(1, "accepting", cancel);
        launcher.Signal(Signum.SIGKILL);
        await pool.StateAsync(1, "orphaned", cancel);
        await using var heir = await pool.ServeAsync(cancel);

        await pool.WaitForLineAsync($"its worker {worker} cannot be told to end, ignoring", cancel);
        Assert.That(pool.Process.Count("SIGTERM to the workers"), Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_pool_of_root_is_found_by_the_file_it_reads(CancellationToken cancel)
    {
        const string system = "/run/zerg";
        var directory = OpenDirectory();
        var name = $"zp-{Guid.NewGuid():N}";
        var file = Path.Combine(directory, name + ".yml");
        await File.WriteAllTextAsync(file, "zerg:\n  http: 127.0.0.1:0\n  control-uid: nobody\n", cancel);
        try
        {
            await using var pool = await PoolProcess.StartInAsync(directory, [file], null, cancel);
            foreach (var own in new[] { "", directory })
            {
                using var status = AsNobody(directory, own, ["status", "--json", file]);
                Assert.That(await status.ExitAsync(cancel), Is.Zero, string.Join('\n', status.Lines));
                await status.OutputEndAsync(cancel);
                Assert.That(
                    System.Text.Json.JsonDocument.Parse(string.Join('\n', status.Output)).RootElement
                        .GetProperty("pool").GetProperty("pid").GetInt32(),
                    Is.EqualTo(pool.Pid));
            }
        }
        finally
        {
            File.Delete($"{system}/{name}.sock.lock");
            if (Directory.GetFileSystemEntries(system).Length == 0)
                Directory.Delete(system);
            Directory.Delete(directory, recursive: true);
        }
    }

    [TestCase("", "660", "660")]
    [TestCase("allow-uid 0 allow-uid 65534 allow-gid 65534 control-uid 65534", "660", "660")]
    [TestCase("allow-uid 4242", "666", "660")]
    [TestCase("allow-gid 4242", "666", "660")]
    [TestCase("control-uid 4242", "660", "666")]
    [TestCase("control-gid 4242", "660", "666")]
    [TestCase("chmod-socket 600 chown-socket 4242:4242", "660", "660")]
    [CancelAfter(30_000)]
    public async Task The_own_sockets_open_as_far_as_their_lists_need(
        string options, string attach, string control, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(
            cancel, ["--uid", "65534", "--gid", "65534", .. Options(options)]);

        Assert.That(Modes(pool.Path), Is.EqualTo((attach, Nobody, Nobody)));
        Assert.That(Modes(pool.Control), Is.EqualTo((control, Nobody, Nobody)));
    }

    private static (string Mode, int Uid, int Gid) Modes(string path)
    {
        Assert.That(Syscall.lstat(path, out var status), Is.Zero);
        return (Convert.ToString((int)status.st_mode & 0b111_111_111, 8), (int)status.st_uid, (int)status.st_gid);
    }

    // Of a thread; null when it has ended meanwhile, as those of the runtime may.
    private static string[]? Uids(string task)
    {
        try
        {
            return File.ReadLines(task + "/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal))
                .Split('\t')[1..];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string[] Options(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return [.. words.Chunk(2).Select(pair => $"--{pair[0]}={pair[1]}")];
    }

    private static string OpenDirectory()
    {
        var directory = Directory.CreateTempSubdirectory("zp-").FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0b001_111_111_111);
        return directory;
    }

    private static HelperProcess AsNobody(string directory, string runtime, string[] arguments) => HelperProcess.Start(
        "setpriv",
        ["--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", PoolProcess.Program, .. arguments],
        new Dictionary<string, string>
        {
            ["HOME"] = directory,
            ["DOTNET_CLI_HOME"] = directory,
            ["XDG_RUNTIME_DIR"] = runtime,
        });

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
