namespace Zerg.Posix;

/// <summary>RLIMIT_NOFILE of this process, see getrlimit(2).</summary>
internal static unsafe class FileLimit
{
    private const ulong Reserve = 32;

    /// <summary>The soft limit and the hard one.</summary>
    public static (ulong Soft, ulong Hard) Current
    {
        get
        {
            var limit = stackalloc ulong[2];
            SyscallException.Check(Libc.getrlimit(Libc.RLIMIT_NOFILE, limit), "getrlimit");
            return (limit[0], limit[1]);
        }
    }

    /// <summary>
    /// Whether a descriptor of this number is among the last: what is left has to be there for the program itself, whose
    /// runtime does not survive everything that has none. New descriptors get the lowest number that is free.
    /// </summary>
    public static bool IsNear(int number) => (ulong)number + Reserve >= Current.Soft;

    /// <summary>Sets the soft limit, the hard one too where that must rise for it (root may).</summary>
    public static void SetSoft(ulong soft)
    {
        var limit = stackalloc ulong[] { soft, Math.Max(soft, Current.Hard) };
        SyscallException.Check(Libc.setrlimit(Libc.RLIMIT_NOFILE, limit), "setrlimit RLIMIT_NOFILE", $"{soft}");
    }

    /// <summary>Reads the limits of another process; null where that is not allowed or it is gone.</summary>
    public static (ulong Soft, ulong Hard)? Of(int pid)
    {
        const string name = "Max open files";
        try
        {
            var line = File.ReadLines($"/proc/{pid}/limits")
                .First(line => line.StartsWith(name, StringComparison.Ordinal));
            var words = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (Parse(words[0]), Parse(words[1]));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static ulong Parse(string text) => ulong.TryParse(text, out var value) ? value : ulong.MaxValue;
}
