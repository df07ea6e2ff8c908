using System.Text.Json;
using Zerg;
using ZergPool.Control;

namespace ZergPool.Commands;

/// <summary><c>zergpool status [--json]</c>.</summary>
internal static class StatusCommand
{
    /// <summary>Prints the whole state of a running pool.</summary>
    public static int Run(string address, bool json)
    {
        var reply = ControlClient.Ask(address, new ControlRequest { Command = "status" });
        if (reply.Status is not { } status)
            return Complaint.Write(reply.Message, reply.ExitCode);
        Console.Write(json
            ? JsonSerializer.Serialize(status, StatusJson.Default.StatusDocument) + "\n"
            : StatusTable.Render(status, TimeProvider.System.GetUtcNow()));
        return ExitCodes.Ok;
    }
}
