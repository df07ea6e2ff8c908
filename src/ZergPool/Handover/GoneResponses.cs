using Zerg;

namespace ZergPool.Handover;

/// <summary>What a member had answered in the watched generation before it left.</summary>
/// <param name="Id">The member; 0 for several.</param>
/// <param name="Responses">Its responses.</param>
internal sealed record GoneResponses(int Id, ZergResponses Responses);
