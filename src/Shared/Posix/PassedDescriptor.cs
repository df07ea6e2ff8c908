namespace Zerg.Posix;

/// <summary>A descriptor that came with the start of this program.</summary>
/// <param name="Name">From LISTEN_FDNAMES; "unknown" where there is none.</param>
/// <param name="Descriptor">FD_CLOEXEC is set.</param>
internal sealed record PassedDescriptor(string Name, FileDescriptor Descriptor);
