using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Adopting;

/// <summary>What the pool does with sockets of other servers, when it is asked to and when it is not.</summary>
[Category("Root"), CancelAfter(60_000)]
internal sealed class AdoptingTests
{
    private const string FormerServer = "the server that it was adopted from";

    private TemporaryDirectory _temporary = null!;

    [SetUp]
    public void SetUp()
    {
        Assume.That(Environment.IsPrivilegedProcess, "root alone may take sockets");
        _temporary = new TemporaryDirectory();
        File.SetUnixFileMode(_temporary.Path, (UnixFileMode)0b111_101_101);
    }

    [TearDown]
    public void TearDown() => _temporary.Dispose();

    [TestCase("127.0.0.1:0")]
    [TestCase("DIR/app.sock")]
    [TestCase("@zt-adopt")]
    public async Task A_listener_is_adopted_and_inherited_when_its_server_ends(string place, CancellationToken cancel)
    {
        using var former = Former(place);
        var address = await former.ListeningAsync(cancel);
        var inode = ListenerTable.At(Target(address)).Single();
        await using var pool = await StartAsync(address, cancel, "--adopt", "auto");
        await pool.WaitForLineAsync($"listener {address} is adopted from pid {former.Pid} (python3)", cancel);
        await pool.WaitForLineAsync($"listener {address}: set right: its backlog was 10 instead of ", cancel);
        Assert.That(await StateAsync(pool, cancel), Is.EqualTo("adopted"));

        former.End();
        await pool.WaitForLineAsync($"listener {address}: {FormerServer} is gone", cancel);
        Assert.That(await StateAsync(pool, cancel), Is.EqualTo("held"));
        Assert.That(ListenerTable.At(Target(address)).Single(), Is.EqualTo(inode));
        Assert.That(pool.Process.Lines, Has.None.Contains("repaired"));
    }

    [Test]
    public async Task A_process_is_asked_with_its_descendants_and_nobody_else(CancellationToken cancel)
    {
        using var former = Former("127.0.0.1:0", "fork");
        var address = await former.ListeningAsync(cancel);
        await using (var wrong = Launch(address, "--adopt", $"{Environment.ProcessId + 1_000_000}"))
        {
            Assert.That(await wrong.Process.ExitAsync(cancel), Is.EqualTo(69));
            Assert.That(
                wrong.Process.Errors.Single(), Does.Contain("Address already in use, held by pid ")
                    .And.Contain("; not adopted: none of the processes asked for has it, held by pid "));
        }

        await using var pool = await StartAsync(address, cancel, $"--adopt={former.Pid}");
        Assert.That(await StateAsync(pool, cancel), Is.EqualTo("adopted"));
    }

    [Test]
    public async Task Without_the_option_an_address_in_use_is_as_ever(CancellationToken cancel)
    {
        using var former = Former("127.0.0.1:0");
        var address = await former.ListeningAsync(cancel);
        await using var pool = Launch(address, "--recover-timeout", "0");
        Assert.That(await pool.Process.ExitAsync(cancel), Is.EqualTo(69));
        Assert.That(
            pool.Process.Errors.Single(),
            Does.EndWith($"bind {address}: Address already in use, held by pid {former.Pid} (python3)"));
    }

    [Test]
    public async Task A_SO_REUSEPORT_group_is_refused_with_the_reason(CancellationToken cancel)
    {
        using var former = Former("127.0.0.1:0", "reuseport", 2);
        var address = await former.ListeningAsync(cancel);
        await using var pool = Launch(address, "--adopt");
        Assert.That(await pool.Process.ExitAsync(cancel), Is.EqualTo(69));
        Assert.That(
            pool.Process.Errors.Single(), Does.Contain("; not adopted: 2 sockets share that address (SO_REUSEPORT)"));
    }

    [Test]
    public async Task Who_is_not_root_is_told_so(CancellationToken cancel)
    {
        using var former = Former("127.0.0.1:0");
        var address = await former.ListeningAsync(cancel);
        using var pool = HelperProcess.Start(
            "setpriv",
            [
                "--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", PoolProcess.Program, "--zerg-pool",
                $"@zt-adopt-{Guid.NewGuid():N}:{address}", "--adopt",
            ]);
        Assert.That(await pool.ExitAsync(cancel), Is.EqualTo(69));
        Assert.That(
            pool.Errors.Single(),
            Does.EndWith(
                "a process that this user may not look into holds it; taking a socket from it needs root or CAP_SYS_PTRACE"));
    }

    [Test]
    public async Task What_the_former_server_spoils_is_repaired_while_it_lives(CancellationToken cancel)
    {
        using var former = Former("127.0.0.1:0");
        var address = await former.ListeningAsync(cancel);
        await using var pool = await StartAsync(address, cancel, "--adopt");

        // An answer says that the pool has begun: what is wrong before that is set right without a suspect.
        Assert.That(await StateAsync(pool, cancel), Is.EqualTo("adopted"));
        using var descriptor = ForeignListener.Take(Target(address), out _)!.Descriptor;
        Spoil(descriptor.Number);
        await pool.WaitForLineAsync($"listener {address} repaired: SO_LINGER was on (suspect: {FormerServer})", cancel);
        _ = Syscall.shutdown(descriptor.Number, ShutdownOption.SHUT_RDWR);
        await pool.WaitForLineAsync(
            $"repaired: it did not listen any more (somebody called shutdown) (suspect: {FormerServer})", cancel);
        Assert.That(ListenerOptions.Lingers(descriptor.Number), Is.False);
        Assert.That(ListenerOptions.IsListening(descriptor.Number));
    }

    [Test]
    public async Task A_path_that_the_former_server_removes_is_put_back(CancellationToken cancel)
    {
        using var former = Former("DIR/app.sock");
        var path = await former.ListeningAsync(cancel);
        var file = UnixSocketFile.Identity(path);
        await using var pool = await StartAsync(path, cancel, "--adopt");
        for (var removal = 0; removal < 3; removal++)
        {
            File.Delete(path);

            // Put back, and with a second name again: without that it could not be put back once more.
            await PoolProcess.UntilAsync(
                () => UnixSocketFile.Identity(path) == file && UnixSocketFile.Identity(path + ".zerg") == file, cancel);
        }

        using var other = Former("DIR/other.sock");
        File.Move(await other.ListeningAsync(cancel), path, overwrite: true);
        await PoolProcess.UntilAsync(() => UnixSocketFile.Identity(path) == file, cancel);
        await pool.WaitForLineAsync($"somebody removed its path (suspect: {FormerServer})", cancel);

        former.End();
        await pool.WaitForLineAsync($"{FormerServer} is gone", cancel);
        Assert.That(
            Directory.GetFiles(_temporary.Path).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "app.sock", "pool.sock", "pool.sock.ctl", "pool.sock.history", "pool.sock.lock" }));
    }

    [Test]
    public async Task A_pool_that_stops_leaves_the_path_to_its_server(CancellationToken cancel)
    {
        using var former = Former("DIR/app.sock");
        var path = await former.ListeningAsync(cancel);
        await using (var pool = await StartAsync(path, cancel, "--adopt"))
            Assert.That(await pool.StopAsync(cancel), Is.Zero);
        Assert.That(
            Directory.GetFiles(_temporary.Path).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "app.sock", "pool.sock.lock" }));
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
    }

    [Test]
    public async Task A_pool_that_gave_up_root_hears_of_the_end_as_well(CancellationToken cancel)
    {
        using var former = Former("DIR/app.sock");
        var path = await former.ListeningAsync(cancel);
        await using var pool = await StartAsync(path, cancel, "--adopt", "--uid", "65534", "--gid", "65534");
        var uid = Accounts.User("65534").Value;
        await pool.WaitForLineAsync($"its path may go with {FormerServer}: '{uid}' may not rename a file there", cancel);
        Assert.That(File.Exists(path + ".zerg"), Is.False);
        former.End();
        await pool.WaitForLineAsync($"{FormerServer} is gone", cancel);
        Assert.That(await StateAsync(pool, cancel), Is.EqualTo("held"));
    }

    [TestCase("127.0.0.1:0")]
    [TestCase("DIR/app.sock")]
    [TestCase("@zt-adopt-again")]
    public async Task Adopted_sockets_come_back_to_the_pool_after_a_crash(string place, CancellationToken cancel)
    {
        using var former = Former(place, "fork");
        var address = await former.ListeningAsync(cancel);
        await using (var first = await StartAsync(address, cancel, "--adopt"))
        {
            first.Process.Signal(Signum.SIGKILL);
            await first.Process.ExitAsync(cancel);
        }

        await using var second = await StartAsync(address, cancel);
        await second.WaitForLineAsync($"listener {address} is adopted from pid ", cancel);
        Assert.That(await StateAsync(second, cancel), Is.EqualTo("adopted"));
        former.End();
        await second.WaitForLineAsync($"listener {address}: {FormerServer} is gone", cancel);
        Assert.That(await StateAsync(second, cancel), Is.EqualTo("held"));
        await second.StopAsync(cancel);
        Assert.That(File.ReadAllText(second.Path + ".lock"), Does.Not.Contain("adoptedFrom").And.Not.Contain("formers"));
    }

    private static unsafe void Spoil(int fd)
    {
        var linger = stackalloc int[] { 1, 0 };
        Assert.That(Libc.setsockopt(fd, 1, 13, linger, 8), Is.Zero);
    }

    private static async Task<string?> StateAsync(PoolProcess pool, CancellationToken cancel)
        => (await pool.StatusAsync(cancel)).GetProperty("sockets")[0].GetProperty("state").GetString();

    private static BindTarget Target(string address) => ListenAddress.Parse(address).Value!.Resolve()[0];

    private PythonListener Former(string place, string options = "", int copies = 1) => PythonListener.Start(
        place.Replace("DIR", _temporary.Path, StringComparison.Ordinal), options: options, copies: copies);

    private Task<PoolProcess> StartAsync(string address, CancellationToken cancel, params string[] options)
        => PoolProcess.StartInAsync(
            _temporary.Path, ["--zerg-pool", $"DIR/pool.sock:{address}", .. options], null, cancel);

    private PoolProcess Launch(string address, params string[] options) => PoolProcess.Launch(
        _temporary.Path, ["--zerg-pool", $"DIR/pool.sock:{address}", .. options]);
}
