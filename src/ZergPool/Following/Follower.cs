using System.Runtime.InteropServices;
using Zerg;
using ZergPool.Commands;
using ZergPool.Control;

namespace ZergPool.Following;

/// <summary>Follows a release until it serves alone, or has come to nothing. It only looks: without it all goes on.</summary>
internal sealed class Follower(string address, bool json, TimeProvider time)
{
    private const int Interrupted = 130;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    // A pool that was killed comes back, or is started again.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Returns the status to exit with.</summary>
    public async Task<int> RunAsync(Target target)
    {
        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            interrupted.Cancel();
        });
        using var timer = new PeriodicTimer(s_interval, time);
        var writer = new ProgressWriter(Console.Out, json, time);
        var heard = time.GetTimestamp();
        int? zergling = null;
        try
        {
            do
            {
                var reply = ControlClient.Ask(address, new ControlRequest { Command = "status" });
                if (reply.Status is not { } status)
                {
                    if (reply.ExitCode != ExitCodes.Unavailable || time.GetElapsedTime(heard) >= s_patience)
                        return Complaint.Write(reply.Message, reply.ExitCode);
                    continue;
                }

                heard = time.GetTimestamp();
                var progress = ProgressReader.Read(status, target, zergling, time.GetUtcNow());
                zergling = progress.Zergling;
                writer.Tell(progress);
                if (progress.IsLast)
                    return progress.Stage == Progress.Done ? ExitCodes.Ok : ExitCodes.Failed;
            }
            while (await timer.WaitForNextTickAsync(interrupted.Token));
        }
        catch (OperationCanceledException)
        {
            Complaint.Write(zergling is { } id
                ? $"it goes on: zergpool follow shows how, zergpool stop {id} ends it, zergpool rollback goes back"
                : "it goes on: zergpool follow shows how");
        }

        return Interrupted;
    }
}
