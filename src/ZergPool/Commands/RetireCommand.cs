using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Control;
using ZergPool.Retiring;

namespace ZergPool.Commands;

/// <summary>
/// <c>zergpool retire PID</c>: the server that a pool adopted its sockets from leaves, and nobody notices.
/// </summary>
internal static class RetireCommand
{
    /// <summary>Exits 0 when it is gone, else with the reason.</summary>
    /// <param name="address">The pool's control socket.</param>
    /// <param name="pid">The server's first process.</param>
    /// <param name="signal">What asks it to end; null asks nothing.</param>
    /// <param name="mercy">How long it may serve those whom it has accepted, and then how long it may take to end.</param>
    public static int Run(string address, int pid, int? signal, TimeSpan mercy)
    {
        var reply = ControlClient.Ask(address, new ControlRequest { Command = "status" });
        if (reply.Status is not { } status)
            return Complaint.Write(reply.Message, reply.ExitCode);
        using var server = FormerServer.Open(pid);
        if (server is null)
            return Complaint.Write($"there is no process {pid}", ExitCodes.Failed);
        if (WhyNot(server, pid, status) is var (reason, exitCode))
            return Complaint.Write(reason, exitCode);

        var isDeaf = server.Deafen();
        var left = isDeaf ? server.Finish(mercy) : 0;
        var how = !isDeaf ? "it waits for connections without epoll, and stops in its own way"
            : left > 0 ? $"{left} of its connections are still open"
            : "it has no connection left";
        if (signal is not { } number)
        {
            Console.WriteLine($"{server.Name} accepts no more; {how}");
            return isDeaf ? ExitCodes.Ok : ExitCodes.Failed;
        }

        // Who is deaf and idle has nothing left to finish, and nobody else to tell its workers.
        var isGone = server.End(number, isDeaf && number == Signals.SIGKILL, mercy);
        if (!isGone)
            return Complaint.Write($"{server.Name} runs on after {Signals.Name(number)}; {how}", ExitCodes.Failed);
        Console.WriteLine($"{server.Name} is gone; before {Signals.Name(number)}: {how}");
        return ExitCodes.Ok;
    }

    private static (string Reason, int ExitCode)? WhyNot(FormerServer server, int pid, StatusDocument status)
    {
        var family = ProcessTable.Family(pid).ToHashSet();
        if (family.Contains(status.Pool.Pid))
            return ($"{server.Name} is the pool, or its parent", ExitCodes.Failed);
        if (status.Zerglings.FirstOrDefault(one => one.Workers.Append(one.Pid).Any(family.Contains)) is { } zergling)
            return ($"{server.Name} is zergling {zergling.Id}: zergpool drain {zergling.Id}", ExitCodes.Failed);
        if (!status.Zerglings.Any(one => one.State == "accepting"))
            return ("no zergling accepts yet: nobody would serve", ExitCodes.TryAgain);
        if (server.Find(status.Sockets.SelectMany(Targets), status.Pool.Pid) is { } reason)
            return (reason, ExitCodes.NotPermitted);
        if (!server.IsFormer)
            return ($"{server.Name} listens on no socket of this pool", ExitCodes.Failed);
        if (status.Sockets.FirstOrDefault(socket => !IsServed(socket, status) && server.ListensAt(Targets(socket))) is { } alone)
            return ($"no zergling of {alone.Pool} accepts yet: nobody would serve '{alone.Address}'", ExitCodes.TryAgain);
        return server.IsAlive ? null : ($"{server.Name} has ended by itself", ExitCodes.Failed);
    }

    // Who serves one of several pools has the sockets of that one alone.
    private static bool IsServed(SocketStatus socket, StatusDocument status) => socket.Pool is not { } pools
        || status.Zerglings.Any(one => one.State == "accepting" && one.Pool is { } pool && pools.Split(", ").Contains(pool));

    private static IReadOnlyList<BindTarget> Targets(SocketStatus socket) => ListenAddress.Parse(socket.Address).Value!.Resolve();
}
