using System.Net;
using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

[Parallelizable]
internal sealed class BindingTests
{
    private readonly string _name = $"@zp-binding-{Guid.NewGuid():N}";
    private string _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("zp-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    [CancelAfter(30_000)]
    public async Task An_address_in_use_names_its_holder_and_leaves_nothing_bound(CancellationToken cancel)
    {
        // Not this process: what other tests start holds its sockets as well, until it executes its program.
        using var holder = PythonListener.Start("127.0.0.1:0");
        var address = await holder.ListeningAsync(cancel);

        await using var pool = PoolProcess.Launch(
            _directory, ["--zerg-pool", $"DIR/pool.sock:DIR/a.sock,{address},DIR/b.sock", "--recover-timeout", "0"]);
        var status = await pool.Process.ExitAsync(cancel);
        await pool.Process.OutputEndAsync(cancel);

        Assert.That(status, Is.EqualTo(69));
        Assert.That(pool.Process.Lines, Is.EqualTo(new[]
        {
            $"zergpool: bind {address}: Address already in use, held by pid {holder.Pid} ({Comm(holder.Pid)})",
        }));
        Assert.That(Files(), Is.EqualTo(new[] { "pool.sock.lock" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_second_pool_on_one_path_is_told_who_serves_it(CancellationToken cancel)
    {
        await using var first = await PoolProcess.StartInAsync(
            _directory, ["--zerg-pool", "DIR/pool.sock:DIR/a.sock"], null, cancel);
        await using var second = PoolProcess.Launch(_directory, ["--zerg-pool", "DIR/pool.sock:DIR/b.sock"]);
        var status = await second.Process.ExitAsync(cancel);
        await second.Process.OutputEndAsync(cancel);

        Assert.That(status, Is.EqualTo(75));
        Assert.That(
            second.Process.Lines,
            Is.EqualTo(new[] { $"zergpool: {first.Path}: another pool serves it, pid {first.Pid}" }));
        await using var client = await first.AttachAsync(cancel);
        Assert.That(client.Sockets.Single().Address, Is.EqualTo(first.File("a.sock")));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Stale_socket_files_are_replaced(CancellationToken cancel)
    {
        var killed = await PoolProcess.StartInAsync(
            _directory, ["--zerg-pool", "DIR/pool.sock:DIR/a.sock"], null, cancel);
        killed.Process.Signal(Signum.SIGKILL);
        await killed.Process.ExitAsync(cancel);
        await killed.DisposeAsync();
        string[] files = ["a.sock", "pool.sock", "pool.sock.ctl", "pool.sock.history", "pool.sock.lock"];
        Assert.That(Files(), Is.EqualTo(files));

        await using var next = await PoolProcess.StartInAsync(
            _directory, ["--zerg-pool", "DIR/pool.sock:DIR/a.sock"], null, cancel);
        Assert.That(Files(), Is.EqualTo(files));
        await using var client = await next.AttachAsync(cancel);
        Assert.That(client.Sockets, Has.Count.EqualTo(1));
    }

    [TestCase("pool.sock")]
    [TestCase("pool.sock.ctl")]
    [TestCase("a.sock")]
    [CancelAfter(30_000)]
    public async Task A_file_that_is_no_socket_is_not_removed(string name, CancellationToken cancel)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, name), "precious", cancel);
        await using var pool = PoolProcess.Launch(_directory, ["--zerg-pool", "DIR/pool.sock:DIR/a.sock"]);

        Assert.That(await pool.Process.ExitAsync(cancel), Is.EqualTo(71));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(_directory, name), cancel), Is.EqualTo("precious"));
        Assert.That(Files(), Is.EquivalentTo(new[] { name, "pool.sock.lock" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_live_socket_of_somebody_else_is_not_stolen(CancellationToken cancel)
    {
        using var holder = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        holder.Bind(new UnixDomainSocketEndPoint(Path.Combine(_directory, "a.sock")));
        holder.Listen();
        await using var pool = PoolProcess.Launch(_directory, ["--zerg-pool", "DIR/pool.sock:DIR/a.sock", "--recover-timeout", "0"]);

        Assert.That(await pool.Process.ExitAsync(cancel), Is.EqualTo(69));
        await pool.Process.OutputEndAsync(cancel);

        // Perhaps among others: what other tests start holds its sockets as well, until it executes its program.
        Assert.That(
            pool.Process.Lines.Single(),
            Does.Contain("held by pid ").And.Contain($"pid {Environment.ProcessId} ({Comm(Environment.ProcessId)})"));
        Assert.That(File.Exists(Path.Combine(_directory, "a.sock")));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_socket_that_is_bound_and_does_not_listen_yet_is_not_stolen(CancellationToken cancel)
    {
        using var holder = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        holder.Bind(new UnixDomainSocketEndPoint(Path.Combine(_directory, "a.sock")));
        await using var pool = PoolProcess.Launch(_directory, ["--zerg-pool", "DIR/pool.sock:DIR/a.sock"]);

        Assert.That(await pool.Process.ExitAsync(cancel), Is.EqualTo(71));
        await pool.Process.OutputEndAsync(cancel);
        Assert.That(
            pool.Process.Lines.Single(),
            Does.Contain("held by pid ").And.Contain($"pid {Environment.ProcessId} ({Comm(Environment.ProcessId)})"));
        holder.Listen();
        await ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_directory, "a.sock")), cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_socket_file_whose_listener_is_gone_is_replaced_though_accepted_connections_live(
        CancellationToken cancel)
    {
        using var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var gone = await AcceptAndForgetAsync(caller, cancel);
        await using var pool = await PoolProcess.StartInAsync(
            _directory, ["--zerg-pool", "DIR/pool.sock:DIR/a.sock"], null, cancel);

        await ConnectAsync(new UnixDomainSocketEndPoint(pool.File("a.sock")), cancel);
    }

    [TestCase("DIR/no/a.sock", "", 71, "bind DIR/no/a.sock: No such file or directory")]
    [TestCase("@zp-bind-errors", "DIR/no/ctl", 71, "bind DIR/no/ctl: No such file or directory")]
    [TestCase("zp.invalid:80", "", 71, "zp.invalid:80: Name or service not known")]
    [TestCase(
        "127.0.0.1:PORT,*:PORT", "", 71,
        "bind *:PORT: Address already in use, '127.0.0.1:PORT' of this configuration already covers it")]
    [TestCase(
        "*:PORT,[::]:PORT", "", 71,
        "bind [::]:PORT: Address already in use, '*:PORT' of this configuration already covers it")]
    [CancelAfter(30_000)]
    public async Task An_address_that_cannot_be_had_is_named(
        string addresses, string control, int exitCode, string error, CancellationToken cancel)
    {
        var port = FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture);
        string[] more = control.Length > 0 ? ["--control", control] : [];
        await using var pool = PoolProcess.Launch(
            _directory, ["--zerg-pool", $"DIR/pool.sock:{addresses.Replace("PORT", port)}", .. more]);

        Assert.That(await pool.Process.ExitAsync(cancel), Is.EqualTo(exitCode));
        await pool.Process.OutputEndAsync(cancel);
        Assert.That(
            pool.Process.Lines,
            Is.EqualTo(new[] { "zergpool: " + error.Replace("DIR", _directory).Replace("PORT", port) }));
        Assert.That(Files(), Is.EqualTo(new[] { "pool.sock.lock" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_pool_without_zerglings_leaves_no_file_but_its_lock(CancellationToken cancel)
    {
        await using (var pool = await PoolProcess.StartInAsync(
            _directory, ["--zerg-pool", $"DIR/pool.sock:DIR/a.sock,{_name}"], null, cancel))
            Assert.That(Files(), Has.Length.EqualTo(5));

        Assert.That(Files(), Is.EqualTo(new[] { "pool.sock.lock" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Every_kind_of_address_can_be_connected_to(CancellationToken cancel)
    {
        // Nobody has that one: what the kernel chooses for ::1 another may have of 127.0.0.1.
        await using var pool = await PoolProcess.StartInAsync(
            _directory, ["--zerg-pool", $"DIR/pool.sock:[::1]:{FreePort()},*:0,:0,localhost:0,DIR/a.sock,{_name}"], null,
            cancel);
        var addresses = await pool.AddressesAsync(cancel);
        var v6 = IPEndPoint.Parse(addresses[0]);
        var dual = int.Parse(addresses[1][2..]);
        var any = IPEndPoint.Parse(addresses[2]);

        Assert.That(addresses[1], Does.StartWith("*:"));
        Assert.That(any.Address, Is.EqualTo(IPAddress.Any));
        await ConnectAsync(v6, cancel);
        await ConnectAsync(new IPEndPoint(IPAddress.Loopback, dual), cancel);
        await ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, dual), cancel);
        await ConnectAsync(new IPEndPoint(IPAddress.Loopback, any.Port), cancel);
        Assert.That(
            () => ConnectAsync(new IPEndPoint(IPAddress.Loopback, v6.Port), cancel),
            Throws.InstanceOf<SocketException>());
        await ConnectAsync(new UnixDomainSocketEndPoint(addresses[^2]), cancel);
        Assert.That(addresses[^1], Is.EqualTo(_name));

        // uWSGI's spelling of an abstract name ends in a NUL.
        await ConnectAsync(new UnixDomainSocketEndPoint($"\0{_name[1..]}\0"), cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_port_that_needs_root_is_a_permission_error_for_others(CancellationToken cancel)
    {
        Assume.That(Syscall.geteuid(), Is.Zero);
        File.SetUnixFileMode(_directory, (UnixFileMode)0b001_111_111_111);
        using var pool = HelperProcess.Start(
            "setpriv",
            [
                "--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", PoolProcess.Program, "--zerg-pool",
                $"{_directory}/pool.sock:127.0.0.1:86",
            ],
            new Dictionary<string, string> { ["HOME"] = _directory, ["DOTNET_CLI_HOME"] = _directory });

        Assert.That(await pool.ExitAsync(cancel), Is.EqualTo(77));
        await pool.OutputEndAsync(cancel);
        Assert.That(pool.Lines, Is.EqualTo(new[] { "zergpool: bind 127.0.0.1:86: Permission denied" }));
    }

    private static async Task ConnectAsync(EndPoint address, CancellationToken cancel)
    {
        var unix = address.AddressFamily == AddressFamily.Unix;
        using var socket = new Socket(
            address.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await socket.ConnectAsync(address, cancel);
    }

    private async Task<Socket> AcceptAndForgetAsync(Socket caller, CancellationToken cancel)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var path = Path.Combine(_directory, "a.sock");
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        await caller.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        var accepted = await listener.AcceptAsync(cancel);

        // .NET unlinks the path at the end of the listener; a server that was killed does not.
        File.Move(path, path + ".kept");
        listener.Dispose();
        File.Move(path + ".kept", path);
        return accepted;
    }

    // Below those that the kernel gives to whoever asks for any: no other test gets it meanwhile.
    private static int FreePort()
    {
        for (var port = 20_000; ; port++)
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.DualMode = true;
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }

    private static string Comm(int pid) => File.ReadAllText($"/proc/{pid}/comm").Trim();

    private string[] Files()
        => [.. Directory.GetFileSystemEntries(_directory).Select(file => Path.GetFileName(file)).Order()];
}
