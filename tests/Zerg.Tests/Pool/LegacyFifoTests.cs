using System.Globalization;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>Root writes into no file that a zergling of another user puts in the place of its FIFO.</summary>
[Parallelizable]
[Category("Root")]
internal sealed class LegacyFifoTests
{
    private const uint Nobody = 65534;

    // A uWSGI as the pool sees it: it takes the greeting, closes, and keeps what it got. With a mount namespace of its
    // own the links of its descriptors say whatever path it likes.
    private const string Peer = """
        import ctypes, os, select, socket, sys
        pool, fifo, hidden, how = sys.argv[1:]
        libc = ctypes.CDLL(None, use_errno=True)
        if hidden == "hidden":
            assert libc.unshare(0x20000) == 0, ctypes.get_errno()
            assert libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None) == 0, ctypes.get_errno()
            place = os.path.dirname(os.path.dirname(fifo)).encode()
            assert libc.mount(b"t", place, b"tmpfs", 0, b"mode=777") == 0, ctypes.get_errno()
        os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
        os.makedirs(os.path.dirname(fifo), exist_ok=True)
        if not os.path.exists(fifo):
            os.mkfifo(fifo, 0o600)
        held = os.open(fifo, 0o10000000 if how == "path" else os.O_RDONLY | os.O_NONBLOCK)
        zerg = socket.socket(socket.AF_UNIX)
        zerg.connect(pool)
        kept = zerg.recvmsg(4096, 4096)
        zerg.close()
        print("holds", os.readlink(f"/proc/self/fd/{held}"), flush=True)
        reading = select.poll()
        if how != "path":
            reading.register(held, select.POLLIN)
        while True:
            if reading.poll() and (told := os.read(held, 16)):
                print("told", told.decode(), flush=True)
        """;

    private PoolProcess _pool = null!;

    private string Fifo => _pool.File("app/in/fifo");

    private string Victim => _pool.File("victim");

    [SetUp]
    public async Task StartAsync()
    {
        Assume.That(Syscall.geteuid(), Is.Zero, "these tests need two users");
        _pool = await PoolProcess.StartAsync(
            TestContext.CurrentContext.CancellationToken, "--allow-uid", "nobody", "--legacy-fifo", "DIR/app/in/fifo");
        foreach (var directory in (string[])["app", "app/in"])
        {
            Directory.CreateDirectory(_pool.File(directory));
            Give(_pool.File(directory));
        }
    }

    [TearDown]
    public async Task EndAsync() => await _pool.DisposeAsync();

    [Test]
    [CancelAfter(60_000)]
    public async Task The_FIFO_that_its_process_reads_is_written(CancellationToken cancel)
    {
        using var peer = await AttachAsync("seen", "read", cancel);
        await PauseAsync(cancel);
        Assert.That(await peer.WaitForLineAsync("told", cancel), Is.EqualTo("told p"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_link_to_a_file_of_root_is_not_followed(CancellationToken cancel)
    {
        await File.WriteAllTextAsync(Victim, "private", cancel);
        Link(Victim);
        using var peer = await AttachAsync("hidden", "read", cancel);
        await PauseAsync(cancel);
        await IsRefusedAsync(peer, $"is no FIFO but a symbolic link of uid {Nobody}", cancel);
        Proof.Refused(await File.ReadAllTextAsync(Victim, cancel), Is.EqualTo("private"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_link_to_another_FIFO_is_not_followed(CancellationToken cancel)
    {
        using var other = MakeFifo(Victim);
        Link(Victim);
        using var peer = await AttachAsync("hidden", "read", cancel);
        await PauseAsync(cancel);
        await IsRefusedAsync(peer, $"is no FIFO but a symbolic link of uid {Nobody}", cancel);
        Proof.Refused(Read(other), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_link_on_the_way_is_not_followed(CancellationToken cancel)
    {
        Directory.CreateDirectory(_pool.File("elsewhere"));
        using var other = MakeFifo(_pool.File("elsewhere/fifo"));
        Directory.Delete(_pool.File("app/in"));
        Assert.That(Syscall.symlink("../elsewhere", _pool.File("app/in")), Is.Zero);
        Give(_pool.File("app/in"));
        using var peer = await AttachAsync("hidden", "read", cancel);
        await PauseAsync(cancel);
        await IsRefusedAsync(peer, $"'in' in it is a symbolic link of uid {Nobody}", cancel);
        Proof.Refused(Read(other), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_regular_file_in_its_place_is_not_written(CancellationToken cancel)
    {
        await File.WriteAllTextAsync(Fifo, "private", cancel);
        using var peer = await AttachAsync("hidden", "read", cancel);
        await PauseAsync(cancel);
        await IsRefusedAsync(peer, "is no FIFO but a file of uid 0", cancel);
        Proof.Refused(await File.ReadAllTextAsync(Fifo, cancel), Is.EqualTo("private"));
    }

    // Root makes the link here, as anybody can where fs.protected_hardlinks is 0.
    [Test]
    [CancelAfter(60_000)]
    public async Task A_hard_link_to_another_FIFO_is_not_written(CancellationToken cancel)
    {
        using var other = MakeFifo(Victim);
        Assert.That(Syscall.chmod(Victim, FilePermissions.ALLPERMS & (FilePermissions)0b110_100_100), Is.Zero);
        Assert.That(Syscall.link(Victim, Fifo), Is.Zero);
        using var peer = await AttachAsync("seen", "path", cancel);
        await PauseAsync(cancel);
        await IsRefusedAsync(peer, "has another name (hard link)", cancel);
        Proof.Refused(Read(other), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_FIFO_that_is_not_the_one_it_reads_is_not_written(CancellationToken cancel)
    {
        using var other = MakeFifo(Fifo);
        using var peer = await AttachAsync("hidden", "read", cancel);
        await PauseAsync(cancel);
        await IsRefusedAsync(peer, "reads none of the legacy-fifo files", cancel);
        Proof.Refused(Read(other), Is.Empty);
    }

    // open(2): O_PATH needs no permission of the file.
    [Test]
    [CancelAfter(60_000)]
    public async Task A_FIFO_that_it_holds_and_may_not_read_is_not_written(CancellationToken cancel)
    {
        using var other = MakeFifo(Fifo);
        using var peer = await AttachAsync("seen", "path", cancel);
        await PauseAsync(cancel);
        await IsRefusedAsync(peer, "reads none of the legacy-fifo files", cancel);
        Proof.Refused(Read(other), Is.Empty);
    }

    private static void Give(string path) => Assert.That(Syscall.lchown(path, Nobody, Nobody), Is.Zero);

    private void Link(string target)
    {
        Assert.That(Syscall.symlink(target, Fifo), Is.Zero);
        Give(Fifo);
    }

    // Open for both, so that whoever writes finds a reader.
    private static FileDescriptor MakeFifo(string path)
    {
        Assert.That(Syscall.mkfifo(path, FilePermissions.S_IRUSR | FilePermissions.S_IWUSR), Is.Zero);
        var number = Syscall.open(path, OpenFlags.O_RDWR | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC);
        return new FileDescriptor(SyscallException.Check(number, "open", path));
    }

    private static byte[] Read(FileDescriptor fifo)
    {
        var buffer = new byte[16];
        return buffer[..Math.Max(0, PlainIO.Read(fifo, buffer))];
    }

    private async Task<HelperProcess> AttachAsync(string hidden, string how, CancellationToken cancel)
    {
        var peer = HelperProcess.Python(Peer, null, "", _pool.Path, Fifo, hidden, how);
        Assert.That(await peer.WaitForLineAsync("holds", cancel), Is.EqualTo($"holds {Fifo}"));
        await PoolProcess.UntilAsync(async () => (await _pool.ZerglingsAsync(cancel)).Length == 1, cancel);
        return peer;
    }

    private async Task PauseAsync(CancellationToken cancel)
    {
        var id = (await _pool.ZerglingsAsync(cancel)).Single().GetProperty("id").GetInt32();
        await RawPeer.OrderAsync(_pool.Control, "pause", id.ToString(CultureInfo.InvariantCulture), cancel);
    }

    private async Task IsRefusedAsync(HelperProcess peer, string why, CancellationToken cancel)
    {
        Proof.Refused(
            (await _pool.ZerglingsAsync(cancel)).Single().GetProperty("state").GetString(), Is.EqualTo("accepting"));
        await _pool.WaitForLineAsync(why, cancel);
        Proof.Refused(peer.Count("told"), Is.Zero);
    }
}
