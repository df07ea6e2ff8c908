using System.Runtime.InteropServices;
using Zerg;
using ZergPool.Commands;
using ZergPool.Control;

namespace ZergPool.Following;

/// <summary>Follows a release until it serves alone, or has come to nothing. It only looks: without it all goes on.</summary>
/// <param name="address">The control socket of the pool.</param>
/// <param name="which">The pool, as other commands are to be told of it.</param>
/// <param name="json">Whether events are told instead of lines.</param>
/// <param name="time">The clock.</param>
internal sealed class Follower(string address, string which, bool json, TimeProvider time)
{
    private const int Interrupted = 130;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    // A pool that was killed comes back, or is started again.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>The control socket of the pool.</summary>
    public string Address => address;

    /// <summary>Returns the status to exit with.</summary>
    public async Task<int> RunAsync(Target target)
    {
        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            interrupted.Cancel();
        });
        var (exitCode, complaint) = !json && LiveView.IsPossible
            ? await LiveView.RunAsync(time, tell => FollowAsync(target, tell, interrupted.Token))
            : await FollowAsync(target, new ProgressWriter(Console.Out, json, time).Tell, interrupted.Token);
        return complaint is null ? exitCode : Complaint.Write(complaint, exitCode);
    }

    private async Task<(int ExitCode, string? Complaint)> FollowAsync(
        Target target, Action<Progress> tell, CancellationToken interrupted)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        var heard = time.GetTimestamp();
        Progress? last = null;
        var release = target.Release;
        try
        {
            do
            {
                var reply = ControlClient.Ask(address, new ControlRequest { Command = "status" });
                if (reply.Status is not { } status)
                {
                    if (reply.ExitCode != ExitCodes.Unavailable || time.GetElapsedTime(heard) >= s_patience)
                        return (reply.ExitCode, reply.Message);
                    if (last is not null)
                        tell(last with { Said = "the pool is away" });
                    continue;
                }

                heard = time.GetTimestamp();
                tell(last = ProgressReader.Read(status, target, last?.Zergling, time.GetUtcNow()));
                release = status.Zerglings.FirstOrDefault(one => one.Id == last.Zergling)?.Release ?? release;
                if (last.IsLast)
                    return (last.Stage == Progress.Done ? ExitCodes.Ok : ExitCodes.Failed, null);
            }
            while (await timer.WaitForNextTickAsync(interrupted));
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C.
        }

        return (Interrupted, $"it goes on: 'zergpool follow {which}{Label(release)}' shows how{HowToUndo(last)}");
    }

    // Not one that a shell would take apart.
    private static string Label(string? release)
        => release?.All(one => char.IsAsciiLetterOrDigit(one) || one is '.' or '-' or '_') == true ? $" --release {release}" : "";

    // Before the hand-over nobody was replaced, and after it nobody else serves who could stay.
    private string HowToUndo(Progress? last) => last switch
    {
        { Spare: not null } or { Stage: "rolling" or "baking" } => $", 'zergpool rollback {which}' goes back",
        { Stage: "starting" or "checking" or "waiting", Zergling: { } id } => $", 'zergpool stop {id} {which}' ends it",
        _ => "",
    };
}
