namespace ZergPool.Upgrading;

/// <summary>A socket that the pool itself serves.</summary>
/// <param name="Address">As the configuration has it.</param>
/// <param name="Descriptor">The listener.</param>
/// <param name="Lock">The lock of its path, where it has one.</param>
/// <param name="File">Its file, where it has one.</param>
internal sealed record OwnSocketState(string Address, int Descriptor, int? Lock, FileState? File);
