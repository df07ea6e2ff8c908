using System.CommandLine;
using Zerg;
using Zerg.Configuration;
using Zerg.Configuration.Reading;
using Zerg.Posix;
using Zerg.Programs;
using ZergPool.Commands;
using ZergPool.Following;
using ZergPool.Upgrading;

namespace ZergPool;

/// <summary>The verbs of zergpool and what each takes.</summary>
internal static class CommandLine
{
    /// <summary>The command tree for these very arguments, which the option reader needs in their order.</summary>
    public static RootCommand Build(string[] args, string[] words)
    {
        var root = new RootCommand("Owns listening sockets and hands them to replaceable zerglings.");
        PrintVersion.AddTo(root);
        // What is behind a verb takes no configuration before it.
        if (args is not [var first, ..] || !Verb.Is(first))
            Serving(root, args, RunAsync);
        root.Subcommands.Add(Serving(new Command("run", "The pool, in the foreground; the verb may be left out."), args, RunAsync));
        root.Subcommands.Add(Check(args));
        root.Subcommands.Add(Serving(
            new Command("convert", "Writes the configuration as the section zerg: of a YAML file."), args, ConvertAsync));
        root.Subcommands.Add(UpgradeCheck(args));
        root.Subcommands.Add(Status());
        root.Subcommands.Add(Top());
        root.Subcommands.Add(PoolOrder("reload", "Reads the configuration again; an error in it changes nothing."));
        root.Subcommands.Add(PoolOrder("reopen", "Opens the log file anew, after it was moved or removed."));
        root.Subcommands.Add(History());
        root.Subcommands.Add(Deploy(words));
        root.Subcommands.Add(Follow());
        root.Subcommands.Add(PoolOrder("rollback", "Has the release that was replaced serve again."));
        root.Subcommands.Add(Order("pause", "Has a zergling accept no more for now."));
        root.Subcommands.Add(Order("resume", "Has a zergling accept again, or leave standby."));
        root.Subcommands.Add(Order("drain", "Has a zergling finish what it accepted and leave; waits until it is gone."));
        root.Subcommands.Add(Order("stop", "Has a zergling leave now."));
        root.Subcommands.Add(Retire());
        root.Subcommands.Add(Upgrade());
        return root;
    }

    private static Command Serving(Command command, string[] args, Func<CommandLineOptions, Task<int>> run)
    {
        command.Arguments.Add(new Argument<string[]>("CONFIG")
        {
            Description = "Configuration files: YAML with a section zerg: or uwsgi:, or INI; FILE:SECTION names another.",
            Arity = ArgumentArity.ZeroOrMore,
        });
        VocabularyOptions.AddTo(command, ProgramKinds.Pool);
        command.SetAction((result, _) => run(VocabularyOptions.Read(result, args)));
        return command;
    }

    private static async Task<int> RunAsync(CommandLineOptions commandLine)
        => Configured.Load(commandLine, out var loaded, out var exitCode) is { } options
            ? await RunCommand.RunAsync(options, commandLine.Arguments, loaded!, () => Configured.Fresh(commandLine))
            : exitCode;

    private static Task<int> ConvertAsync(CommandLineOptions commandLine) => Task.FromResult(ConvertCommand.Run(commandLine));

    private static Command Check(string[] args)
    {
        var json = new Option<bool>("--json") { Description = "As JSON, for programs." };
        var command = Serving(
            new Command("check", "The effective options and where each comes from; exits 0, 64 or 78.") { json }, args,
            static _ => Task.FromResult(0));
        command.SetAction(result => CheckCommand.Run(VocabularyOptions.Read(result, args), result.GetValue(json)));
        return command;
    }

    private static Command UpgradeCheck(string[] args) => Serving(
        new Command(SuccessorCheck.Verb, "What a running pool asks of the program that is to take over.") { Hidden = true },
        args, static commandLine => Task.FromResult(UpgradeCheckCommand.Run(commandLine)));

    private static Command Upgrade()
    {
        var binary = new Option<string?>("--binary")
        {
            Description = "Another program than the one at the path that the pool was started with.",
            HelpName = "PATH",
        };
        var command = new Command(
            "upgrade", "Has a pool go on as the program that is installed now; waits until that serves.") { binary };
        var which = new WhichPool(command);
        command.SetAction((result, _) => which.Find(result, out var exitCode) is { } address
            ? UpgradeCommand.RunAsync(address, result.GetValue(binary)) : Task.FromResult(exitCode));
        return command;
    }

    private static Command Deploy(string[] words)
    {
        var release = Release("The label of the release [default: the commit of the directory, else the newest time]");
        var noWait = new Option<bool>("--no-wait") { Description = "Exit 75 when another release is being deployed." };
        var json = new Option<bool>("--json") { Description = "An event a line, as JSON." };
        var command = new Command(
            DeployCommand.Verb, "Has the pool start a release, by its configuration or by the command after --; waits until it serves.")
        {
            release, noWait, json,
        };
        var which = new WhichPool(command);
        command.SetAction((result, _) => which.Find(result, out var exitCode) is { } address
            ? DeployCommand.RunAsync(
                new Follower(address, which.Words(result), result.GetValue(json), TimeProvider.System),
                result.GetValue(release), words, result.GetValue(noWait))
            : Task.FromResult(exitCode));
        return command;
    }

    private static Command Follow()
    {
        var release = Release("The label of the release [default: whoever takes over]");
        var json = new Option<bool>("--json") { Description = "An event a line, as JSON." };
        var command = new Command("follow", "Follows a release that somebody else starts; waits until it serves.") { release, json };
        var which = new WhichPool(command);
        command.SetAction((result, _) => which.Find(result, out var exitCode) is { } address
            ? new Follower(address, which.Words(result), result.GetValue(json), TimeProvider.System)
                .RunAsync(new Target(null, result.GetValue(release), TimeProvider.System.GetUtcNow()))
            : Task.FromResult(exitCode));
        return command;
    }

    private static Option<string?> Release(string description)
        => new("--release") { Description = description, HelpName = "NAME" };

    private static Command Status()
    {
        var json = new Option<bool>("--json") { Description = "As JSON, for programs." };
        var command = new Command("status", "Sockets with their queues, zerglings, hand-overs.") { json };
        var which = new WhichPool(command);
        command.SetAction(result => which.Find(result, out var exitCode) is { } address
            ? StatusCommand.Run(address, result.GetValue(json)) : exitCode);
        return command;
    }

    private static Command Top()
    {
        var delay = new Option<string>("--delay")
        {
            Description = "How long it is until the pool is asked again, 100ms at least [default: 1s]",
            HelpName = "DURATION",
        };
        var once = new Option<bool>("--once") { Description = "Print one screen as text; so without a terminal." };
        var noColor = new Option<bool>("--no-color") { Description = "No colours; so with NO_COLOR, or TERM=dumb." };
        var command = new Command("top", "Sockets, zerglings and the hand-over, live, with keys for orders.")
        {
            delay, once, noColor,
        };
        var which = new WhichPool(command);
        command.SetAction((result, _) =>
        {
            var interval = Duration.Parse(result.GetValue(delay) ?? "1s");
            if (!interval.Ok)
                return Task.FromResult(Complaint.Write($"--delay: {interval.Error}", ExitCodes.Usage));
            if (interval.Value < TopCommand.LeastDelay)
            {
                return Task.FromResult(Complaint.Write(
                    $"--delay: {result.GetValue(delay)} is too short, expected at least 100ms", ExitCodes.Usage));
            }

            return which.Find(result, out var exitCode) is { } address
                ? TopCommand.RunAsync(address, interval.Value, result.GetValue(once), result.GetValue(noColor))
                : Task.FromResult(exitCode);
        });
        return command;
    }

    private static Command History()
    {
        var json = new Option<bool>("--json") { Description = "As JSON, one a line." };
        var limit = new Option<int>("--limit")
        {
            Description = $"How many, of {HistoryCommand.MostEntries} at most.",
            HelpName = "N",
            DefaultValueFactory = _ => HistoryCommand.Entries,
        };
        var command = new Command("history", "How the last hand-overs ended, newest first, also those before a restart.") { json, limit };
        var which = new WhichPool(command);
        command.SetAction(result => result.GetValue(limit) is not (> 0 and <= HistoryCommand.MostEntries)
            ? Complaint.Write($"--limit: {result.GetValue(limit)} is out of range, expected 1 to {HistoryCommand.MostEntries}", ExitCodes.Usage)
            : which.Find(result, out var exitCode) is { } address
                ? HistoryCommand.Run(address, result.GetValue(limit), result.GetValue(json)) : exitCode);
        return command;
    }

    private static Command PoolOrder(string verb, string description)
    {
        var command = new Command(verb, description);
        var which = new WhichPool(command);
        command.SetAction(result => which.Find(result, out var exitCode) is { } address
            ? OrderCommand.Run(address, verb, null) : exitCode);
        return command;
    }

    private static Command Retire()
    {
        var pid = new Argument<int>("PID") { Description = "The first process of the server, such as nginx's master." };
        var signal = new Option<string>("--signal")
        {
            Description = "What asks it to end once it has no connection left; none asks nothing [default: TERM]",
            HelpName = "SIGNAL",
        };
        var mercy = new Option<string>("--mercy")
        {
            Description = "How long it may serve whom it has accepted, and then take to end [default: 1m]",
            HelpName = "DURATION",
        };
        var command = new Command("retire", "Ends the server that an adopted socket came from, without a loss.")
        {
            pid, signal, mercy,
        };
        var which = new WhichPool(command);
        command.SetAction(result =>
        {
            var number = Signals.Parse(result.GetValue(signal) ?? "TERM");
            var patience = Duration.Parse(result.GetValue(mercy) ?? "1m");
            if (number is null && result.GetValue(signal) != "none")
                return Complaint.Write($"--signal: '{result.GetValue(signal)}' is no signal", ExitCodes.Usage);
            if (!patience.Ok)
                return Complaint.Write($"--mercy: {patience.Error}", ExitCodes.Usage);
            return which.Find(result, out var exitCode) is { } address
                ? RetireCommand.Run(address, result.GetValue(pid), number, patience.Value) : exitCode;
        });
        return command;
    }

    private static Command Order(string verb, string description)
    {
        var zergling = new Argument<string>("ZERGLING") { Description = "Its id or name, see zergpool status." };
        var command = new Command(verb, description) { zergling };
        var which = new WhichPool(command);
        command.SetAction(result => which.Find(result, out var exitCode) is { } address
            ? OrderCommand.Run(address, verb, result.GetValue(zergling)!) : exitCode);
        return command;
    }
}
