using System.Runtime.InteropServices;

namespace Zerg.Posix;

/// <summary>What replacing the image of this process needs.</summary>
internal static unsafe partial class Libc
{
    public const uint MFD_CLOEXEC = 1;
    public const uint MFD_ALLOW_SEALING = 2;
    public const int F_ADD_SEALS = 1033;
    public const int F_SEAL_GROW = 4;
    public const int SIG_BLOCK = 0;
    public const int SIG_UNBLOCK = 1;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int execve(byte* path, byte** argv, byte** envp);

    [LibraryImport("libc")]
    public static partial int pthread_sigmask(int how, void* set, void* old);
}
