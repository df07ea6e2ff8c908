using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Zerg;
using Zerg.Configuration;
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
            new Argument<string?>("CONFIG") { Description = "configuration file", Arity = ArgumentArity.ZeroOrOne },
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
        ParseResult parsed, string[] arguments, [NotNullWhen(true)] out ZerglingOptions? options, out int exitCode)
    {
        options = null;
        exitCode = ExitCodes.Usage;
        var commandLine = VocabularyOptions.Read(parsed, arguments);
        if (arguments.Length == 0 || commandLine.Arguments.Count > 1)
        {
            Fail("expected: zergling CONFIG, or zergling --zerg PATH [options] -- COMMAND ARGS", exitCode);
            return false;
        }

        var config = commandLine.Arguments is [var path] ? path : null;
        var (list, read) = ConfigurationSource.Load(config, commandLine);
        (options, var found) = ZerglingOptions.From(list, config);
        List<Problem> problems = [.. read, .. found];
        problems.ForEach(problem => Console.Error.WriteLine($"zergling: {problem}"));
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
        exitCode = config is null ? ExitCodes.Usage : ExitCodes.Configuration;
        Fail($"{config ?? "command line"}: command: there is nothing to run", exitCode);
        options = null;
        return false;
    }

    /// <summary>Prints one line.</summary>
    /// <returns>The exit status given.</returns>
    public static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine($"zergling: {message}");
        return exitCode;
    }
}
