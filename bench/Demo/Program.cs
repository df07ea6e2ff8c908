using System.CommandLine;
using System.ComponentModel;
using Spectre.Console;
using Zerg.Demo.Live;
using Zerg.Stage;

namespace Zerg.Demo;

internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var commandLine = new CommandLine();
        var parsed = commandLine.Root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"zergdemo: {parsed.Errors[0].Message}");
            return ExitCodes.Usage;
        }

        commandLine.Root.SetAction((result, _) => RunAsync(commandLine.Read(result)));
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(DemoOptions options)
    {
        using var interruption = new Interruption();
        var journal = new Journal();
        var camera = new Camera(journal, options.HandOvers);
        var console = IsPlain(options) ? null : Terminal();
        IView view = console is null ? new PlainView(journal, Console.Out) : new LiveView(journal, console);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
        var viewing = view.RunAsync(camera, over.Token);
        var ending = await EndAsync(options, journal, camera, interruption);
        await over.CancelAsync();
        await viewing;
        ending ??= new Ending([$"interrupted: {camera.Describe()} so far"], interruption.ExitCode);
        Console.WriteLine();
        foreach (var line in ending.Lines.SkipLast(1))
            Console.WriteLine(line);
        if (console is null)
            Console.WriteLine(ending.Lines[^1]);
        else
            console.WriteLine(ending.Lines[^1], ending.ExitCode == 0 ? Palette.Good : Palette.Bad);
        return ending.ExitCode;
    }

    private static async Task<Ending?> EndAsync(
        DemoOptions options, Journal journal, Camera camera, Interruption interruption)
    {
        await using var director = new Director(options, journal, camera);
        try
        {
            var verdict = await director.RunAsync(interruption.Token);
            return new Ending([.. verdict.Details(), verdict.LastLine], verdict.ExitCode);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception problem) when (problem is StageException or TimeoutException or Win32Exception)
        {
            return new Ending([$"the show cannot go on: {problem.Message}"], ExitCodes.Failed);
        }
    }

    private static bool IsPlain(DemoOptions options) =>
        options.Plain || Console.IsOutputRedirected
        || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb"
        || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    private static IAnsiConsole Terminal() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
    });

    private sealed record Ending(IReadOnlyList<string> Lines, int ExitCode);
}
