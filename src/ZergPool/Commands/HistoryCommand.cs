using System.Text.Json;
using Zerg;
using ZergPool.Control;

namespace ZergPool.Commands;

/// <summary><c>zergpool history [--json] [--limit N]</c>.</summary>
internal static class HistoryCommand
{
    /// <summary>How many are printed when nobody says.</summary>
    public const int Entries = 20;

    /// <summary>How many a pool tells at once.</summary>
    public const int MostEntries = 1000;

    /// <summary>Prints how the last hand-overs of a running pool ended, newest first.</summary>
    public static int Run(string address, int limit, bool json)
    {
        var reply = ControlClient.Ask(address, new ControlRequest { Command = "history", Limit = limit });
        if (reply.History is not { } history)
            return Complaint.Write(reply.Message, reply.ExitCode);
        Console.Write(json
            ? string.Concat(history.Select(one => JsonSerializer.Serialize(one, HistoryJson.Default.HistoryStatus) + "\n"))
            : HistoryTable.Render(history));
        if (reply.Message.Length > 0)
            Complaint.Write(reply.Message);
        return ExitCodes.Ok;
    }
}
