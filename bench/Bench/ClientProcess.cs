using System.Net;
using System.Text.Json;
using Zerg.Stage;

namespace Zerg.Bench;

/// <summary>The strict client as a process of its own.</summary>
internal static class ClientProcess
{
    /// <summary>Requests a second, and how many were lost.</summary>
    public static async Task<(double PerSecond, long Lost)> RunAsync(
        EndPoint target, string mode, TimeSpan duration, CancellationToken cancel)
    {
        string[] arguments =
        [
            "--target", $"{target}", "--mode", mode, "--connections", "16", "--duration",
            $"{(int)duration.TotalMilliseconds}ms", "--json",
        ];
        await using var client = Child.Start(ProgramFile.StrictClient, arguments);
        var status = await client.OutputEndAsync(cancel);
        if (status is not (0 or 1))
            throw client.Died("without a report");
        using var report = JsonDocument.Parse(string.Join('\n', client.Lines));
        return (
            report.RootElement.GetProperty("requestsPerSecond").GetDouble(),
            report.RootElement.GetProperty("lost").GetInt64());
    }
}
