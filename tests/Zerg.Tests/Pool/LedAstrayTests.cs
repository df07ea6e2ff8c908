using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>Root acts only where the configuration says, and not where a user of less power leads it.</summary>
[Parallelizable]
[Category("Root")]
internal sealed class LedAstrayTests
{
    private const uint Nobody = 65534;
    private const string Private = "private\n";

    private TemporaryDirectory _elsewhere = null!;

    private string Victim => _elsewhere.File("victim");

    [SetUp]
    public void MakeVictim()
    {
        Assume.That(Syscall.geteuid(), Is.Zero, "these tests need two users");
        _elsewhere = new TemporaryDirectory();
        _elsewhere.Write("victim", Private);
        File.SetUnixFileMode(Victim, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [TearDown]
    public void Remove() => _elsewhere?.Dispose();

    [TestCase("--zerg-pool", "DIR/way/pool.sock:127.0.0.1:0")]
    [TestCase("--zerg-pool", "DIR/way/new/pool.sock:127.0.0.1:0")]
    [TestCase("--zerg-pool", "DIR/pool.sock:DIR/way/app.sock")]
    [TestCase("--zerg-pool", "DIR/pool.sock:127.0.0.1:0", "--control", "DIR/way/control")]
    [TestCase("--zerg-pool", "DIR/pool.sock:127.0.0.1:0", "--metrics", "DIR/way/metrics")]
    [TestCase("--zerg-pool", "DIR/pool.sock:127.0.0.1:0", "--logto", "DIR/way/log")]
    [CancelAfter(60_000)]
    public async Task Root_makes_nothing_behind_a_link_of_another_user(params string[] options)
    {
        var cancel = TestContext.CurrentContext.CancellationToken;
        using var directory = Directory(Nobody);
        await using var pool = PoolProcess.Launch(directory.Path, options);
        await IsRefusedAsync(pool, $"'way' in it is a symbolic link of uid {Nobody}", cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Root_follows_a_link_of_its_own(CancellationToken cancel)
    {
        using var directory = Directory(0);
        await using var pool = await PoolProcess.StartInAsync(
            directory.Path, ["--zerg-pool", "DIR/way/pool.sock:DIR/way/app.sock"], null, cancel);
        await using var client = await ZergClient.AttachAsync(
            new ZergClientOptions { Pool = _elsewhere.File("pool.sock"), Release = "v1", App = "tests" }, cancel);
        Assert.That(client.Sockets, Has.Count.EqualTo(1));
    }

    // Root makes the link here, as anybody can where fs.protected_hardlinks is 0.
    [TestCase("pool.sock.lock")]
    [TestCase("log", "--logto", "DIR/log")]
    [CancelAfter(60_000)]
    public async Task Root_writes_into_no_file_that_has_another_name(string name, params string[] options)
    {
        var cancel = TestContext.CurrentContext.CancellationToken;
        using var directory = Directory(Nobody);
        Assert.That(Syscall.link(Victim, directory.File(name)), Is.Zero);
        await using var pool = PoolProcess.Launch(
            directory.Path, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0", .. options]);
        await IsRefusedAsync(pool, "it has another name (hard link)", cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_reload_changes_the_mode_of_no_socket_that_was_put_in_the_place_of_the_pools(CancellationToken cancel)
    {
        using var directory = Directory(Nobody);
        var file = directory.Write("pool.yml", Configuration(directory, ""));
        await using var pool = await PoolProcess.StartInAsync(directory.Path, [file], null, cancel);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(_elsewhere.File("other.sock")));
        File.SetUnixFileMode(_elsewhere.File("other.sock"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(pool.Path, pool.Path + ".aside");
        File.Move(_elsewhere.File("other.sock"), pool.Path);

        directory.Write("pool.yml", Configuration(directory, "  allow-uid: nobody\n"));
        await RawPeer.OrderAsync(pool.Control, "reload", null, cancel);
        Proof.Refused(
            File.GetUnixFileMode(pool.Path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        await pool.WaitForLineAsync("the socket was replaced meanwhile", cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Root_removes_no_directory_that_another_user_made_under_the_name_of_its_own(CancellationToken cancel)
    {
        // What keeps the output of workers removes the launcher's directory when that is gone; no launcher is there.
        using var directory = Directory(Nobody);
        Assert.That(Syscall.lchown(directory.Path, Nobody, Nobody), Is.Zero);
        directory.Write("kept", Private);
        using var keeper = HelperProcess.Start(
            "sh", ["-c", "exec dotnet \"$0\" keep-output \"$1\" 3</dev/null", ProgramFiles.Zergling, directory.Path]);
        await keeper.ExitAsync(cancel);
        Proof.Refused(File.Exists(directory.File("kept")), Is.True);
    }

    [Test]
    public void A_file_behind_a_link_of_another_user_is_not_removed()
    {
        using var directory = Directory(Nobody);
        var identity = UnixSocketFile.Identity(Victim)!.Value;
        UnixSocketFile.Remove(directory.File("way/victim"), identity);
        Proof.Refused(File.Exists(Victim), Is.True);
        PrivateDirectory.Remove(directory.File("way/victim"));
        Proof.Refused(File.Exists(Victim), Is.True);
        UnixSocketFile.Remove(Victim, identity);
        Assert.That(File.Exists(Victim), Is.False);
    }

    [Test]
    public void A_second_name_that_is_another_file_by_now_does_not_become_the_path()
    {
        using var directory = Directory(Nobody);
        var path = directory.Write("app.sock", "");
        var spare = path + ".zerg";
        Assert.That(Syscall.link(path, spare), Is.Zero);
        var name = SpareName.Find(path, UnixSocketFile.Identity(path)!.Value)!;
        File.Delete(path);
        File.Move(spare, spare + ".aside");
        directory.Write("app.sock.zerg", "of somebody else");
        Proof.Refused(() => name.Restore(), Throws.InstanceOf<SyscallException>().With.Message.Contains("replaced"));
        Proof.Refused(File.Exists(path), Is.False);
    }

    // Everybody may go through it, and the link in it leads to the victim's directory.
    private TemporaryDirectory Directory(uint owner)
    {
        var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        Assert.That(Syscall.symlink(_elsewhere.Path, directory.File("way")), Is.Zero);
        Assert.That(Syscall.lchown(directory.File("way"), owner, owner), Is.Zero);
        return directory;
    }

    private static string Configuration(TemporaryDirectory directory, string more)
        => $"zerg:\n  zerg-pool: {directory.Path}/pool.sock\n  http: 127.0.0.1:0\n{more}";

    private async Task IsRefusedAsync(PoolProcess pool, string why, CancellationToken cancel)
    {
        try
        {
            Proof.Refused(await pool.Process.ExitAsync(cancel), Is.EqualTo(ExitCodes.NotPermitted));
        }
        catch (TimeoutException goesOn)
        {
            throw new MissingRefusalException(goesOn.Message, goesOn);
        }

        await pool.Process.OutputEndAsync(cancel);
        Proof.Refused(pool.Process.Lines, Has.Count.EqualTo(1).And.Some.Contains(why));
        Proof.Refused(File.ReadAllText(Victim), Is.EqualTo(Private));
        Proof.Refused(System.IO.Directory.GetFileSystemEntries(_elsewhere.Path), Is.EqualTo(new[] { Victim }));
    }
}
