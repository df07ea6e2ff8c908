using System.Globalization;

namespace Zerg.Posix;

/// <summary>What a service manager starts a program with, sockets it kept or bound: sd_listen_fds(3).</summary>
internal static class PassedDescriptors
{
    private const int First = 3;
    private const string Nameless = "unknown";

    private static readonly string[] s_variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"];

    /// <summary>
    /// Takes them over, for the caller to close. The variables are removed, so that no child takes them for its own.
    /// </summary>
    /// <param name="problem">What is wrong with them, in one line; none is taken then.</param>
    /// <param name="first">The number of the first one.</param>
    public static IReadOnlyList<PassedDescriptor> Take(out string? problem, int first = First)
    {
        var names = Names(
            Environment.GetEnvironmentVariable("LISTEN_PID"), Environment.GetEnvironmentVariable("LISTEN_FDS"),
            Environment.GetEnvironmentVariable("LISTEN_FDNAMES"), out problem);
        foreach (var variable in s_variables)
            Environment.SetEnvironmentVariable(variable, null);
        for (var i = 0; i < names.Count; i++)
        {
            if (Libc.fcntl(first + i, Libc.F_SETFD, Libc.FD_CLOEXEC) == 0)
                continue;
            problem = $"LISTEN_FDS: descriptor {first + i} is not open";
            return [];
        }

        return [.. names.Select((name, i) => new PassedDescriptor(name, new FileDescriptor(first + i)))];
    }

    /// <summary>Their names, in order; empty when they were meant for another process.</summary>
    public static IReadOnlyList<string> Names(string? pid, string? count, string? names, out string? problem)
    {
        problem = null;
        if (pid is null || count is null)
            return [];
        if (!int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var owner))
            problem = $"LISTEN_PID: '{pid}' is no process id";
        else if (owner != Environment.ProcessId)
            return [];
        else if (!ushort.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            problem = $"LISTEN_FDS: '{count}' is no number of descriptors";
        else if (string.IsNullOrEmpty(names))
            return [.. Enumerable.Repeat(Nameless, number)];
        else if (names.Split(':') is var each && each.Length == number)
            return each;
        else
            problem = $"LISTEN_FDNAMES: '{names}' names {each.Length} descriptors, LISTEN_FDS is {number}";
        return [];
    }
}
