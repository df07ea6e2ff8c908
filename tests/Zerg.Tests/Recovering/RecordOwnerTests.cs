using Mono.Unix.Native;
using Zerg.Tests.Harness;
using ZergPool.Deploying;
using ZergPool.Recovering;

namespace Zerg.Tests.Recovering;

/// <summary>Programs are started by the record of a pool, so its owner is the user as whom they are started.</summary>
[Parallelizable]
[Category("Root")]
internal sealed class RecordOwnerTests
{
    private const int Nobody = 65534;

    [SetUp]
    public void OnlyAsRoot() => Assume.That(Syscall.geteuid(), Is.Zero, "needs to change the user");

    [Test]
    [CancelAfter(60_000)]
    public async Task What_a_pool_left_that_gave_up_root_starts_nothing_as_root(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        await using (var pool = await StartAsync(directory, cancel, "--uid=nobody", "--gid=nogroup"))
            await KillAsync(pool, cancel);

        Assert.That(Owner(directory), Is.EqualTo(Nobody));
        Overwrite(directory);
        await using var second = await StartAsync(directory, cancel);
        Assert.That(
            await second.WaitForLineAsync("pool.sock.lock: ", cancel), Does.Contain($"it belongs to uid {Nobody}"));

        await second.WaitForLineAsync(" holds ", cancel);
        Proof.Refused((await second.StatusAsync(cancel)).GetProperty("deployments").GetArrayLength(), Is.Zero);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_pool_that_gives_up_root_takes_over_the_record_of_one_that_did_not(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        await using (var pool = await StartAsync(directory, cancel))
            await KillAsync(pool, cancel);
        await using (var pool = await StartAsync(directory, cancel, "--uid=nobody", "--gid=nogroup"))
            await KillAsync(pool, cancel);
        Proof.Refused(Owner(directory), Is.EqualTo(Nobody));
        Overwrite(directory);
        await using var third = await StartAsync(directory, cancel);
        Proof.Refused((await third.StatusAsync(cancel)).GetProperty("deployments").GetArrayLength(), Is.Zero);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_pool_that_gives_up_root_believes_its_own(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        string[] options = ["--uid=nobody", "--gid=nogroup"];
        await using (var pool = await StartAsync(directory, cancel, options))
            await KillAsync(pool, cancel);

        Overwrite(directory);
        await using var second = await StartAsync(directory, cancel, options);
        Assert.That((await second.StatusAsync(cancel)).GetProperty("deployments").GetArrayLength(), Is.EqualTo(1));
        Assert.That(Owner(directory), Is.EqualTo(Nobody));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_another_user_made_is_never_believed_and_stays_that_users(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        var file = directory.Write("pool.sock.lock", "");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.That(Syscall.chown(file, Nobody, Nobody), Is.Zero);
        await using (var pool = await StartAsync(directory, cancel))
            await KillAsync(pool, cancel);

        // By a descriptor that was opened before the pool was there, whatever became of the owner.
        Overwrite(directory);
        await using var second = await StartAsync(directory, cancel);
        Proof.Refused((await second.StatusAsync(cancel)).GetProperty("deployments").GetArrayLength(), Is.Zero);
        Proof.Refused(Owner(directory), Is.EqualTo(Nobody));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_record_in_the_directory_of_another_user_may_be_an_older_one(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        await using (var pool = await StartAsync(directory, cancel))
            await KillAsync(pool, cancel);
        Overwrite(directory);
        Assert.That(Syscall.chown(directory.Path, Nobody, Nobody), Is.Zero);
        await using var second = await StartAsync(directory, cancel);
        Proof.Refused((await second.StatusAsync(cancel)).GetProperty("deployments").GetArrayLength(), Is.Zero);
        await second.WaitForLineAsync($"pool.sock.lock: '{directory.Path}' belongs to uid {Nobody}", cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Another_name_of_its_own_record_keeps_no_pool_from_starting(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        string[] options = ["--uid=nobody", "--gid=nogroup"];
        await using (var pool = await StartAsync(directory, cancel, options))
            await KillAsync(pool, cancel);
        Assert.That(Syscall.link(directory.File("pool.sock.lock"), directory.File("second")), Is.Zero);
        await using var second = await StartAsync(directory, cancel, options);
        await second.WaitForLineAsync("pool.sock.lock: it is no file of its own", cancel);
    }

    private static async Task KillAsync(PoolProcess pool, CancellationToken cancel)
    {
        await using var client = await pool.AttachAsync(cancel);
        pool.Process.Signal(Signum.SIGKILL);
        await pool.Process.ExitAsync(cancel);
    }

    private static Task<PoolProcess> StartAsync(
        TemporaryDirectory directory, CancellationToken cancel, params string[] options) => PoolProcess.StartInAsync(
            directory.Path, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0", .. options], null, cancel);

    private static uint Owner(TemporaryDirectory directory)
    {
        Assert.That(Syscall.lstat(directory.File("pool.sock.lock"), out var status), Is.Zero);
        return status.st_uid;
    }

    // As the user who owns it can.
    private static void Overwrite(TemporaryDirectory directory)
    {
        var deployment = new RecordedDeployment(1, new Workload("evil", ["id"], "/", Replaces: false), 0, 0);
        File.WriteAllText(
            directory.File("pool.sock.lock"), "1         \n" + new PoolRecord(1, "evil", 1, [], Deployments: [deployment]));
    }
}
