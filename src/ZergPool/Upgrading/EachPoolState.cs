using ZergPool.Handover;

namespace ZergPool.Upgrading;

/// <param name="Socket">Where zerglings attach to it.</param>
/// <param name="Policy">Its hand-overs.</param>
internal sealed record EachPoolState(OwnSocketState Socket, PolicySnapshot Policy);
