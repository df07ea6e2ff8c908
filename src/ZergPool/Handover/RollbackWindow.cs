namespace ZergPool.Handover;

/// <summary>For how long, and to whom, the pool can go back.</summary>
/// <param name="Generation">The one that took over, and that is watched.</param>
/// <param name="Release">Its release.</param>
/// <param name="Former">The release that was replaced.</param>
/// <param name="From">Its members; those that could be paused wait in standby.</param>
/// <param name="Until">When they are told to drain.</param>
/// <param name="Crashes">Workers of the new generation that have died so far.</param>
/// <param name="Gone">What those had answered who left it.</param>
/// <param name="To">The member that took over; 0 when it is not known.</param>
internal sealed record RollbackWindow(
    int Generation, string Release, string Former, IReadOnlyList<int> From, DateTimeOffset Until, int Crashes = 0,
    IReadOnlyList<GoneResponses>? Gone = null, int To = 0);
