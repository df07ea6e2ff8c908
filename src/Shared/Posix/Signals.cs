namespace Zerg.Posix;

/// <summary>Signal numbers by their names; x64 and arm64 Linux agree on these.</summary>
internal static class Signals
{
    public const int SIGHUP = 1;
    public const int SIGINT = 2;
    public const int SIGQUIT = 3;
    public const int SIGABRT = 6;
    public const int SIGKILL = 9;
    public const int SIGUSR1 = 10;
    public const int SIGSEGV = 11;
    public const int SIGUSR2 = 12;
    public const int SIGPIPE = 13;
    public const int SIGTERM = 15;
    public const int SIGCHLD = 17;
    public const int SIGSTOP = 19;
    public const int SIGWINCH = 28;

    private static readonly Dictionary<string, int> s_numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["HUP"] = SIGHUP,
        ["INT"] = SIGINT,
        ["QUIT"] = SIGQUIT,
        ["ABRT"] = SIGABRT,
        ["KILL"] = SIGKILL,
        ["USR1"] = SIGUSR1,
        ["SEGV"] = SIGSEGV,
        ["USR2"] = SIGUSR2,
        ["PIPE"] = SIGPIPE,
        ["TERM"] = SIGTERM,
        ["CHLD"] = SIGCHLD,
        ["WINCH"] = SIGWINCH,
    };

    /// <summary>
    /// Undoes what a parent made these programs ignore: a script's background jobs ignore SIGINT, nohup SIGHUP, and
    /// the runtime then never installs a handler; with SIGCHLD ignored every child's exit status is thrown away.
    /// To be called before the first registration.
    /// </summary>
    public static void Restore()
    {
        foreach (var signal in (int[])[SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD])
            _ = Libc.signal(signal, Libc.SIG_DFL);
    }

    /// <summary>The name with its SIG, or the number where it has no name here.</summary>
    public static string Name(int number)
    {
        foreach (var (name, value) in s_numbers)
        {
            if (value == number)
                return "SIG" + name;
        }

        return number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Reads "TERM", "SIGTERM" or "15"; null for anything else.</summary>
    public static int? Parse(string text)
    {
        if (int.TryParse(text, out var number))
            return number is > 0 and < 65 ? number : null;
        var name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        return s_numbers.TryGetValue(name, out var known) ? known : null;
    }
}
