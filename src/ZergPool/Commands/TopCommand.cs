using Zerg;
using ZergPool.Control;
using ZergPool.Top;

namespace ZergPool.Commands;

/// <summary><c>zergpool top [--delay DURATION] [--once] [--no-color]</c>.</summary>
internal static class TopCommand
{
    // What is printed is as long as it has to be, and as wide where no terminal cuts it.
    private const int Unlimited = 4096;

    /// <summary>How often a pool may be asked.</summary>
    public static TimeSpan LeastDelay { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Shows a pool until a key ends it, or prints it once.</summary>
    public static async Task<int> RunAsync(string address, TimeSpan delay, bool once, bool noColour)
    {
        var reply = ControlClient.Ask(address, new ControlRequest { Command = "status" });
        if (reply.Status is not { } status)
            return Complaint.Write(reply.Message, reply.ExitCode);
        if (!once && TopTerminal.IsThere)
        {
            using var loop = new TopLoop(address, delay, !noColour && HasColour, TimeProvider.System);
            return await loop.RunAsync(reply);
        }

        var now = TimeProvider.System.GetUtcNow();
        var model = new TopModel { Status = status, Usage = new ProcessReader().Read(reply), Seen = now, Now = now };
        foreach (var line in TopScreen.Render(model, TopTerminal.Width ?? Unlimited, Unlimited))
            Console.WriteLine(line.Text);
        return ExitCodes.Ok;
    }

    private static bool HasColour => Environment.GetEnvironmentVariable("TERM") is not ("dumb" or "" or null)
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
}
