using Zerg;
using ZergPool.Control;

namespace ZergPool.Commands;

/// <summary><c>zergpool upgrade [--binary PATH]</c>.</summary>
internal static class UpgradeCommand
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    // For a pool that has to get its sockets back first.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Waits until the new program serves; exits 0 then, else with the reason why the old one goes on.</summary>
    public static async Task<int> RunAsync(string address, string? binary)
    {
        var reply = Status(address);
        if (reply.Status is { Pool: var before })
        {
            reply = ControlClient.Ask(address, new ControlRequest
            {
                Command = "upgrade",
                Binary = binary is null ? null : Path.GetFullPath(binary),
            });
            if (reply.ExitCode == ExitCodes.Unavailable && await SuccessorAsync(address, before) is { } after)
            {
                reply = new ControlReply
                {
                    Message = $"pid {after.Pid} runs zergpool {after.Version}, which could not read what "
                        + $"{before.Version} handed over: zerglings reconnect",
                };
            }
        }

        if (reply.ExitCode != ExitCodes.Ok)
            return Complaint.Write(reply.Message, reply.ExitCode);
        Console.WriteLine(reply.Message);
        return ExitCodes.Ok;
    }

    // An image that cannot read its inheritance knows nothing of whoever waits for its answer.
    private static async Task<PoolStatus?> SuccessorAsync(string address, PoolStatus before)
    {
        using var again = new PeriodicTimer(s_interval);
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            while (await again.WaitForNextTickAsync(patience.Token))
            {
                if (Status(address).Status is { Pool: var after } && after.Upgraded > before.Upgraded)
                    return after;
            }
        }
        catch (OperationCanceledException)
        {
            // It has ended, or does not answer: what the first question came to is said.
        }

        return null;
    }

    private static ControlReply Status(string address) => ControlClient.Ask(address, new ControlRequest { Command = "status" });
}
