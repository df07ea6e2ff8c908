using System.Globalization;
using Zerg;

namespace ZergPool.Control;

/// <summary>What a drain still waits for, in words.</summary>
internal static class OpenText
{
    /// <summary>"3 connections (2 websocket, 1 http/1.1)"; of a launcher that cannot be looked into, its workers.</summary>
    public static string Summary(OpenConnections? open, IReadOnlyList<int> workers)
    {
        if (open is { Protocols.Count: > 0 })
        {
            var kinds = string.Join(", ", open.Protocols.Select(one => $"{Number(one.Count)} {one.Protocol}"));
            return $"{Count(open)} ({kinds})";
        }

        return workers.Count == 0 ? "nothing that it tells of" : $"its workers, pid {string.Join(", ", workers)}";
    }

    /// <summary>The oldest, one a line, and how many more there are.</summary>
    public static IEnumerable<string> Lines(OpenConnections? open, DateTimeOffset now)
    {
        if (open is null)
            return [];
        var more = open.Protocols.Sum(one => (long)one.Count) - open.Oldest.Count;
        return open.Oldest.Select(one => Line(one, now)).Concat(more > 0 ? [$"and {Number(more)} more"] : []);
    }

    private static string Line(OpenConnection one, DateTimeOffset now) => one.Protocol
        + (one.Remote is null || one.Remote == one.Protocol ? "" : $" of {one.Remote}")
        + (one.Opened is { } opened ? $" for {StatusTable.Age(now - opened)}" : "")
        + (one.Worker is { } pid ? $" at pid {Number(pid)}" : "");

    private static string Count(OpenConnections open) => open.Protocols.Sum(one => (long)one.Count) switch
    {
        1 => "1 connection",
        var count => $"{Number(count)} connections",
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
