using ZergPool.Handover;

namespace ZergPool.Upgrading;

/// <param name="Socket">Where zerglings attach to it.</param>
/// <param name="Policy">Its hand-overs.</param>
/// <param name="Recorded">The generation that the pool before had come to; null without a record of it.</param>
internal sealed record EachPoolState(OwnSocketState Socket, PolicySnapshot Policy, int? Recorded = null);
