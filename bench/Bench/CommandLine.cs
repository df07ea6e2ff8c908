using System.CommandLine;

namespace Zerg.Bench;

internal sealed class CommandLine
{
    public CommandLine(IEnumerable<string> names)
    {
        Only = new Option<string?>("--only") { Description = "one of the measurements" };
        Only.AcceptOnlyFromAmong([.. names]);
        Root = new RootCommand("Measures the pool against the same app without it, and against its rivals.")
        {
            Quick, Only, Json,
        };
    }

    public RootCommand Root { get; }

    public Option<bool> Quick { get; } = new("--quick") { Description = "three minutes instead of twelve" };

    public Option<string?> Only { get; }

    public Option<string?> Json { get; } = new("--json") { Description = "a file for the results", HelpName = "FILE" };
}
