namespace ZergPool.Control;

/// <param name="Id">Unique in the pool's life.</param>
/// <param name="Release">Its label; null while only the launcher knows it.</param>
/// <param name="State">queued, starting, attached, restarting, left or failed.</param>
/// <param name="Zergling">Its place in the roster; null before it attached.</param>
/// <param name="Pid">The launcher; null while it does not run.</param>
/// <param name="Problem">Why it came to nothing.</param>
/// <param name="Asked">When it was asked for.</param>
internal sealed record DeploymentStatus(
    int Id, string? Release, string State, int? Zergling, int? Pid, string? Problem, DateTimeOffset Asked);
