using System.Text.Json;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Upgrading;

/// <summary>Upgrades of a pool, and what must be the same before and after.</summary>
internal static class Upgrades
{
    /// <summary>Orders one over the control socket and waits for the answer.</summary>
    public static async Task<(int ExitCode, string Message)> UpgradeAsync(
        this PoolProcess pool, CancellationToken cancel, string? binary = null)
    {
        var line = await RawPeer.LineAsync(pool.Control, JsonSerializer.Serialize(new { command = "upgrade", binary }), cancel);
        Assert.That(line, Is.Not.Empty, () => $"no answer:\n{string.Join('\n', pool.Process.Lines)}");
        var reply = JsonDocument.Parse(line).RootElement;
        return (reply.GetProperty("exitCode").GetInt32(), reply.GetProperty("message").GetString()!);
    }

    /// <summary>Upgrades, which must succeed.</summary>
    public static async Task UpgradedAsync(this PoolProcess pool, CancellationToken cancel, string? binary = null)
    {
        var (exitCode, message) = await pool.UpgradeAsync(cancel, binary);
        Assert.That(exitCode, Is.Zero, () => $"{message}\n{string.Join('\n', pool.Process.Lines)}");
    }

    /// <summary>The version that runs.</summary>
    public static async Task<string> VersionAsync(this PoolProcess pool, CancellationToken cancel)
        => (await pool.StatusAsync(cancel)).GetProperty("pool").GetProperty("version").GetString()!;

    /// <summary>Waits for so many lines that contain a text.</summary>
    public static Task LinesAsync(this PoolProcess pool, string part, int count, CancellationToken cancel)
        => Poll.UntilAsync(
            () => pool.Process.Count(part) >= count, () => string.Join('\n', pool.Process.Lines), cancel);

    /// <summary>Sockets of a process, each by its inode.</summary>
    public static IReadOnlyList<string> Sockets(int pid) => [.. ProcFiles.Descriptors(pid).Values
        .Where(target => target.StartsWith("socket:", StringComparison.Ordinal)).Distinct().Order()];
}
