using System.Runtime.InteropServices;

namespace Zerg.Posix;

/// <summary>Paths that match a pattern, see glob(3).</summary>
internal static unsafe class Glob
{
    // sizeof(glob_t) is 72 on 64-bit Linux: gl_pathc, gl_pathv, and what is not looked at.
    private const int GlobSize = 128;

    /// <summary>The paths in their order; none when nothing matches or nothing can be read.</summary>
    public static IReadOnlyList<string> Match(string pattern)
    {
        var result = stackalloc byte[GlobSize];
        new Span<byte>(result, GlobSize).Clear();
        if (Libc.glob(pattern, 0, 0, result) != 0)
            return [];
        try
        {
            var count = (int)*(nint*)result;
            var paths = *(byte***)(result + sizeof(nint));
            var found = new string[count];
            for (var i = 0; i < count; i++)
                found[i] = Marshal.PtrToStringUTF8((nint)paths[i])!;
            return found;
        }
        finally
        {
            Libc.globfree(result);
        }
    }
}
