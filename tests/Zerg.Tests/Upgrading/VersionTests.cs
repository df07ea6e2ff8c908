using Zerg.Tests.Harness;

namespace Zerg.Tests.Upgrading;

/// <summary>From one version to another and back.</summary>
[Parallelizable]
internal sealed class VersionTests
{
    [Test]
    [CancelAfter(90_000)]
    public async Task There_and_back_by_the_order(CancellationToken cancel)
    {
        using var other = new OtherVersion();
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var client = await pool.ServeAsync(cancel);
        foreach (var (binary, version) in new[]
        {
            (other.Path, other.Text), (null, other.Text), (PoolProcess.Program, OtherVersion.Own), (null, OtherVersion.Own),
        })
        {
            await pool.UpgradedAsync(cancel, binary);
            Assert.That(await pool.VersionAsync(cancel), Is.EqualTo(version));
        }

        await pool.WaitForLineAsync($"upgraded from {other.Text} to {OtherVersion.Own}: 1 sessions and 1 sockets", cancel);
        Assert.That(await pool.StateOfAsync(client.Session, cancel), Is.EqualTo("accepting"));
    }

    [Test]
    [CancelAfter(90_000)]
    public async Task A_link_to_the_current_release_leads_to_the_next(CancellationToken cancel)
    {
        using var other = new OtherVersion();
        using var directory = new TemporaryDirectory();
        var current = directory.File("current");
        Directory.CreateSymbolicLink(current, Path.GetDirectoryName(PoolProcess.Program)!);
        await using var pool = await PoolProcess.StartInAsync(
            directory.Path, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0"], null, cancel,
            command: ["dotnet", Path.Combine(current, "zergpool.dll")]);
        Assert.That(await pool.VersionAsync(cancel), Is.EqualTo(OtherVersion.Own));

        Directory.Delete(current);
        Directory.CreateSymbolicLink(current, Path.GetDirectoryName(other.Path)!);
        await pool.UpgradedAsync(cancel);
        Assert.That(await pool.VersionAsync(cancel), Is.EqualTo(other.Text));
    }

    [Test]
    [CancelAfter(90_000)]
    public async Task From_the_host_to_native_code_and_back(CancellationToken cancel)
    {
        var native = Path.Combine(ProgramFiles.Root, "artifacts", "zerg", "zergpool");
        Assume.That(native, Does.Exist, "./build.sh publish makes it");
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var client = await pool.ServeAsync(cancel);
        foreach (var (binary, executable) in new[]
        {
            (native, "zergpool"), (null, "zergpool"), (PoolProcess.Program, "dotnet"), (null, "dotnet"),
        })
        {
            await pool.UpgradedAsync(cancel, binary);
            Assert.That(
                Path.GetFileName(new FileInfo($"/proc/{pool.Pid}/exe").LinkTarget), Is.EqualTo(executable));
        }

        await client.ReportAsync(new ZergReport(ZerglingState.Paused), cancel);
        await pool.StateAsync(client.Session, "paused", cancel);
    }
}
