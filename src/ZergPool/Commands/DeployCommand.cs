using Zerg;
using ZergPool.Control;
using ZergPool.Following;

namespace ZergPool.Commands;

/// <summary><c>zergpool deploy [CONFIG] [--release NAME] [-- COMMAND ...]</c>.</summary>
internal static class DeployCommand
{
    public const string Verb = "deploy";

    /// <summary>The arguments of this program, and the command behind them.</summary>
    public static (string[] Own, string[] Words) Split(string[] args)
    {
        var end = args is [Verb, ..] ? Array.IndexOf(args, "--") : -1;
        return end < 0 ? (args, []) : (args[..end], args[(end + 1)..]);
    }

    /// <summary>Has the pool start a release, and follows it.</summary>
    public static async Task<int> RunAsync(Follower follower, string? release, string[] words, bool noWait)
    {
        var reply = ControlClient.Ask(follower.Address, new ControlRequest
        {
            Command = Verb,
            Release = release,
            Words = words,
            Directory = words.Length == 0 ? null : Environment.CurrentDirectory,
            NoWait = noWait,
        });
        return reply.Deployment is { } number && reply.ExitCode == ExitCodes.Ok
            ? await follower.RunAsync(new Target(number, null))
            : Complaint.Write(reply.Message, reply.ExitCode);
    }
}
