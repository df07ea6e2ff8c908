using Zerg;
using ZergPool.Control;

namespace ZergPool.Commands;

/// <summary><c>zergpool pause|resume|drain|stop ZERGLING</c>, and what is asked of the pool itself.</summary>
internal static class OrderCommand
{
    /// <summary>Gives the order; exits 0 when it has taken effect, else with the reason.</summary>
    public static int Run(string address, string command, string? zergling)
    {
        var reply = ControlClient.Ask(address, new ControlRequest { Command = command, Zergling = zergling });
        if (reply.ExitCode != ExitCodes.Ok)
            return Complaint.Write(reply.Message, reply.ExitCode);
        Console.WriteLine(reply.Message);
        return ExitCodes.Ok;
    }
}
