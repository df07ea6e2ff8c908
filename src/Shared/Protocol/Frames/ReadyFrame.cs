namespace Zerg.Protocol;

/// <summary>zergling -> pool: it could serve now.</summary>
internal sealed record ReadyFrame : Frame
{
    /// <summary>UNIX addresses where it answers before it serves: paths, or abstract names with @ before them.</summary>
    public IReadOnlyList<string> Probes { get; init => field = Items(value); } = [];
}
