using Zerg.Configuration;
using Zergling.Workers;

namespace Zergling.Readiness;

/// <summary>Says what was waited for in vain, and what to do about it.</summary>
internal static class TooLate
{
    private const string SingleDescriptor =
        "a server that takes one descriptor only (uvicorn --fd, node) cannot answer a probe and needs "
        + "ready 'notify', 'delay:DURATION' or 'start'";

    public static string Describe(Worker worker, TimeSpan timeout)
    {
        var check = worker.Readiness.Check;
        var detail = check.Kind switch
        {
            ReadyKind.Http => $": {check} on its probe socket gave '{worker.Readiness.LastAnswer}'; {SingleDescriptor}",
            ReadyKind.Notify => ": it did not send READY=1 to NOTIFY_SOCKET",
            _ => "",
        };
        var status = worker.Status is null ? "" : $"; its last status: {worker.Status}";
        return $"worker {worker.Number} was not ready within {Duration.Format(timeout)}{detail}{status}";
    }
}
