using System.CommandLine;

namespace Zerg.Fuzz;

internal sealed class CommandLine
{
    public CommandLine()
    {
        Only.AcceptOnlyFromAmong([.. FuzzTargets.Names]);
        Root = new RootCommand("Gives random input to every parser that faces a peer or a file.")
        {
            Time, Only, Seed, Findings, Replay, Attack, Instrument,
        };
    }

    public RootCommand Root { get; }

    public Option<int> Time { get; } = new("--time")
    {
        Description = "for how long, shared by the targets",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 60,
    };

    public Option<string?> Only { get; } = new("--only") { Description = "one of the targets" };

    public Option<int?> Seed { get; } = new("--seed") { Description = "of the random numbers; else another each time" };

    public Option<string> Findings { get; } = new("--findings")
    {
        Description = "a folder for what is found",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => "artifacts/findings",
    };

    public Option<string?> Replay { get; } = new("--replay")
    {
        Description = "an input to be tried alone, with --only for its target",
        HelpName = "FILE",
    };

    public Option<string?> Attack { get; } = new("--attack")
    {
        Description = "a socket of a running program to be attacked, with --only for frames, control or notify",
        HelpName = "PATH",
    };

    public Option<string?> Instrument { get; } = new("--instrument")
    {
        Description = "a copy of this program whose branches shall be counted",
        HelpName = "FOLDER",
    };
}
