using Zerg;
using Zerg.Configuration;
using Zerg.Protocol;
using ZergPool.Handover;

namespace ZergPool.Recovering;

/// <summary>
/// Whether a record is one that a pool may have written. What follows it starts programs and decides who serves, so one
/// that cannot be right in any part of it is no record.
/// </summary>
internal static class RecordCheck
{
    /// <summary>Why it cannot be right, in one line; null when it can.</summary>
    public static string? WhyNot(PoolRecord record)
        => FrameBounds.Outside("generation", record.Generation, FrameBounds.MaxGeneration)
            ?? FrameBounds.Outside("lastId", record.LastId, FrameBounds.MaxSession)
            ?? First(record.Sockets, "sockets", OfSocket)
            ?? First(record.Deployments, "deployments", OfDeployment)
            ?? First(record.Formers, "formers", former => FrameBounds.Outside("pid of a former server", former.Pid, 1, FrameBounds.MaxPid))
            ?? First(record.Uwsgis, "uwsgis", uwsgi => FrameBounds.Outside("pid of a uWSGI", uwsgi.Pid, 1, FrameBounds.MaxPid))
            ?? (record.Window is { } window ? OfWindow(window, record.Generation) : null)
            ?? (record.Exchange is { } exchange ? OfExchange(exchange) : null)
            ?? (record.GoesBack is { } back ? OfId("goesBack", back.From) : null);

    private static string? OfSocket(RecordedSocket socket)
        => !ListenAddress.Parse(socket.Asked).Ok ? $"'{OneLine.Of(socket.Asked, MaxShown)}' is no address"
            : !ListenAddress.Parse(socket.Actual).Ok ? $"'{OneLine.Of(socket.Actual, MaxShown)}' is no address"
            : socket.Inode == 0 ? $"{socket.Actual} has no inode" : null;

    private static string? OfDeployment(RecordedDeployment deployment)
        => FrameBounds.Outside("id of a deployment", deployment.Id, 1, FrameBounds.MaxSession)
            ?? FrameBounds.Outside("pid of a launcher", deployment.Pid, FrameBounds.MaxPid)
            ?? (deployment.Workload.Words.Contains(null!) ? "a word of a command is null" : null);

    private static string? OfWindow(RollbackWindow window, int generation)
        => FrameBounds.Outside("generation of the rollback window", window.Generation, 1, Math.Max(1, generation))
            ?? OfId("rollback window", window.To)
            ?? OfIds("rollback window", window.From)
            ?? FrameBounds.Outside("crashes", window.Crashes, FrameBounds.MaxFigure)
            ?? (FrameBounds.IsMoment(window.Until) ? null : "the end of the rollback window is no time")
            ?? First(window.Gone, "responses", gone => OfId("responses", gone.Id)
                ?? (gone.Responses.CanFollow(null) ? null : "responses are no counts of so many classes and latencies"));

    private static string? OfExchange(CurrentHandover exchange)
        => OfId("exchange", exchange.To)
            ?? OfIds("exchange", exchange.From)
            ?? (Enum.IsDefined(exchange.Phase) ? null : $"phase {(int)exchange.Phase} is none of a hand-over")
            ?? (FrameBounds.IsMoment(exchange.Started) && FrameBounds.IsMoment(exchange.PhaseStarted)
                ? null : "the start of the exchange is no time")
            ?? (exchange.Roll is { } roll ? OfRoll(roll)
                : exchange.Phase is HandoverPhase.Rolling or HandoverPhase.Baking or HandoverPhase.Returning
                    ? "an exchange of workers does not say of how many" : null);

    private static string? OfRoll(Roll roll)
        => FrameBounds.Outside("most workers", roll.Most, FrameBounds.MaxFigure)
            ?? FrameBounds.Outside("workers that grow", roll.Up, FrameBounds.MaxFigure)
            ?? FrameBounds.Outside("workers that shrink", roll.Down, FrameBounds.MaxFigure)
            ?? FrameBounds.Outside("workers of the canary", roll.Stop, FrameBounds.MaxWorkers)
            ?? FrameBounds.Outside("crashes", roll.Crashes, FrameBounds.MaxFigure)
            ?? FrameBounds.Outside("responses", roll.Answered, long.MaxValue);

    private static string? OfId(string field, int id)
        => FrameBounds.Outside($"zergling of the {field}", id, FrameBounds.MaxSession);

    private static string? OfIds(string field, IEnumerable<int> ids)
        => ids.Select(id => OfId(field, id)).FirstOrDefault(problem => problem is not null);

    private static string? First<T>(IReadOnlyList<T>? items, string field, Func<T, string?> whyNot)
        where T : class
        => items?.Contains(null!) == true ? $"an entry of {field} is null"
            : items?.Select(whyNot).FirstOrDefault(problem => problem is not null);

    private const int MaxShown = 100;
}
