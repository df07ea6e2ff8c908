using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Zerg;
using Zerg.Configuration;
using Zerg.Configuration.Reading;
using Zerg.Programs;

namespace Zergling;

/// <summary>From arguments to options, or to the lines that say what is wrong with them.</summary>
internal static class CommandLine
{
    private static readonly string[] s_questions = ["--help", "--version"];

    /// <summary>The command line as help and completion show it.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Runs any command as drained, supervised workers on the sockets of a pool.")
        {
            new Argument<string[]>("CONFIG") { Description = "configuration files", Arity = ArgumentArity.ZeroOrMore },
            new Argument<string[]>("COMMAND") { Description = "after --: what the workers run" },
        };
        PrintVersion.AddTo(root);
        VocabularyOptions.AddTo(root, ProgramKinds.Zergling);
        return root;
    }

    /// <summary>The command line asks about the program instead of running it.</summary>
    public static bool IsQuestion(ParseResult parsed) => parsed.Tokens.Any(token => token.Type
            == System.CommandLine.Parsing.TokenType.Directive)
        || parsed.RootCommandResult.Command.Options
            .Any(option => s_questions.Contains(option.Name) && parsed.GetResult(option) is { Implicit: false });

    /// <summary>Reads the file and the command line, and prints every problem.</summary>
    public static bool TryReadOptions(
        ParseResult parsed, string[] arguments, [NotNullWhen(true)] out ZerglingOptions? options,
        out IReadOnlyList<IgnoredOption> ignored, out int exitCode)
    {
        options = null;
        ignored = [];
        exitCode = ExitCodes.Usage;
        var commandLine = VocabularyOptions.Read(parsed, arguments);
        if (arguments.Length == 0)
        {
            Fail("expected: zergling CONFIG, or zergling --zerg PATH [options] -- COMMAND ARGS", exitCode);
            return false;
        }

        var loaded = ConfigurationSource.Load(commandLine);
        ignored = loaded.Ignored;
        IReadOnlyList<Problem> found = [];
        if (loaded.Options.Count > 0 || !loaded.HasErrors)
            (options, found) = ZerglingOptions.From(loaded.Options, loaded.File);
        List<Problem> problems = [.. loaded.Problems, .. found];
        foreach (var problem in problems)
        {
            // No reason not to start, and no answer to whoever asks for one.
            if (problem.Severity == Severity.Warning)
                Complaint.Warn($"{problem} (warning)");
            else
                Complaint.Write($"{problem}");
        }

        var errors = problems.FindAll(problem => problem.Severity == Severity.Error);
        if (errors.Count > 0 || options is null)
        {
            exitCode = errors.TrueForAll(error => error.Position.IsCommandLine)
                ? ExitCodes.Usage
                : ExitCodes.Configuration;
            options = null;
            return false;
        }

        if (options.Command.Count > 0)
            return true;
        exitCode = loaded.File is null ? ExitCodes.Usage : ExitCodes.Configuration;
        Fail($"{loaded.File ?? "command line"}: command: there is nothing to run", exitCode);
        options = null;
        return false;
    }

    /// <summary>Prints one line.</summary>
    /// <returns>The exit status given.</returns>
    public static int Fail(string message, int exitCode)
    {
        Complaint.Write(message);
        return exitCode;
    }
}
