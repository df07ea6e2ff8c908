using System.Diagnostics;

namespace Zerg.StrictClient;

internal sealed class ClosedLoopPacer(LoadRun run) : IPacer
{
    public bool Rests => false;

    public ValueTask<long?> NextAsync() => new(run.TryStart() ? Stopwatch.GetTimestamp() : null);
}
