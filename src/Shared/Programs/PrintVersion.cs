using System.CommandLine;
using System.CommandLine.Invocation;

namespace Zerg.Programs;

/// <summary><c>--version</c>: the program's name and version on one line.</summary>
internal sealed class PrintVersion : SynchronousCommandLineAction
{
    /// <summary>Has a program answer that way.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options.OfType<VersionOption>())
            option.Action = new PrintVersion();
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Console.WriteLine($"{ProgramVersion.Name} {ProgramVersion.Text}");
        return ExitCodes.Ok;
    }
}
