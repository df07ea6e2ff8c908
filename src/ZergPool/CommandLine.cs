using System.CommandLine;
using Zerg.Configuration;
using Zerg.Configuration.Reading;
using Zerg.Programs;
using ZergPool.Commands;

namespace ZergPool;

/// <summary>The verbs of zergpool and what each takes.</summary>
internal static class CommandLine
{
    /// <summary>The command tree for these very arguments, which the option reader needs in their order.</summary>
    public static RootCommand Build(string[] args)
    {
        var root = new RootCommand("Owns listening sockets and hands them to replaceable zerglings.");
        PrintVersion.AddTo(root);
        Serving(root, args, RunAsync);
        root.Subcommands.Add(Serving(new Command("run", "The pool, in the foreground; the verb may be left out."), args, RunAsync));
        root.Subcommands.Add(Check(args));
        root.Subcommands.Add(Serving(
            new Command("convert", "Writes the configuration as the section zerg: of a YAML file."), args, ConvertAsync));
        root.Subcommands.Add(Status());
        root.Subcommands.Add(Order("pause", "Has a zergling accept no more for now."));
        root.Subcommands.Add(Order("resume", "Has a zergling accept again, or leave standby."));
        root.Subcommands.Add(Order("drain", "Has a zergling finish what it accepted and leave; waits until it is gone."));
        root.Subcommands.Add(Order("stop", "Has a zergling leave now."));
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
            ? await RunCommand.RunAsync(options, loaded!.Ignored)
            : exitCode;

    private static Task<int> ConvertAsync(CommandLineOptions commandLine) => Task.FromResult(ConvertCommand.Run(commandLine));

    private static Command Check(string[] args)
    {
        var json = new Option<bool>("--json") { Description = "As JSON, for programs." };
        var command = Serving(
            new Command("check", "The effective options and where each comes from; exits 0 or 78.") { json }, args,
            static _ => Task.FromResult(0));
        command.SetAction(result => CheckCommand.Run(VocabularyOptions.Read(result, args), result.GetValue(json)));
        return command;
    }

    private static Command Status()
    {
        var json = new Option<bool>("--json") { Description = "As JSON, for programs." };
        var command = new Command("status", "Sockets with their queues, zerglings, hand-overs.") { json };
        var which = new WhichPool(command);
        command.SetAction(result => which.Find(result, out var exitCode) is { } address
            ? StatusCommand.Run(address, result.GetValue(json)) : exitCode);
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
