namespace Zerg.Posix;

/// <summary>A listener that another process holds as well.</summary>
/// <param name="Descriptor">Ours, for the same open file description.</param>
/// <param name="Pid">The process that it was taken from.</param>
internal sealed record TakenListener(FileDescriptor Descriptor, int Pid);
