using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;
using Spectre.Console.Rendering;
using ZergPool.Control;
using ZergPool.Top;

namespace ZergPool.Following;

/// <summary>The steps of a deploy on a terminal, drawn anew in their place.</summary>
internal sealed class LiveView
{
    private const string ClearScreen = "\e[2J\e[H";
    // The columns before the last one.
    private const int Before = 28;

    private const string ShowCursor = "\e[?25h";

    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        ColorSystem = IsSet("NO_COLOR") ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        Out = new AnsiConsoleOutput(Console.Out),
    });

    private readonly Steps _steps;
    private Progress? _last;
    private int _width;

    private LiveView(TimeProvider time) => _steps = new Steps(time);

    /// <summary>Whether there is a terminal, and somebody who looks at it.</summary>
    public static bool IsPossible => !Console.IsOutputRedirected && !IsSet("CI")
        && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    /// <summary>Shows what is told until there is nothing more to come; then the terminal is as it was.</summary>
    public static async Task<T> RunAsync<T>(TimeProvider time, Func<Action<Progress>, Task<T>> follow)
    {
        // Whatever else ends it, the cursor comes back.
        using var ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Console.Out.Write(ShowCursor));
        var view = new LiveView(time);
        var result = await view._console.Live(view.Draw()).AutoClear(true).Overflow(VerticalOverflow.Crop).StartAsync(
            live => follow(progress => view.Tell(live, progress)));
        view.Conclude(time);
        return result;
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    private void Tell(LiveDisplayContext live, Progress progress)
    {
        _last = progress;
        _steps.Tell(progress);

        // A terminal that became narrower has broken the lines; where they begin now, only it knows.
        if (_width != 0 && _width != _console.Profile.Width)
            _console.Write(new ControlCode(ClearScreen));
        _width = _console.Profile.Width;
        live.UpdateTarget(Draw());
    }

    // Written once more, it has neither the room that it took when it was narrower, nor a Ctrl+C in it. Below it the
    // result stays when everything above has left the screen.
    private void Conclude(TimeProvider time)
    {
        _console.Write(Draw());
        if (_last is { IsLast: true } last)
            new ProgressWriter(Console.Out, json: false, time).Tell(last);
    }

    private Grid Draw()
    {
        var grid = new Grid().AddColumn(Narrow(9)).AddColumn(Narrow(6)).AddColumn(Narrow(7).RightAligned())
            .AddColumn(new GridColumn().PadRight(0));
        foreach (var step in _steps.All)
        {
            var style = Style(step.State);
            grid.AddRow(new Text(step.Name, style), new Text(Word(step), style), new Text(Age(step)), What(step));
        }

        return grid;
    }

    private static GridColumn Narrow(int width) => new GridColumn().NoWrap().Width(width);

    // A line of somebody else's stays one, without its indentation.
    private IRenderable What(Step step)
    {
        var text = new Text(StatusTable.Safe(step.Text));
        if (step.Said is not { Length: > 0 } said)
            return text;
        var line = Cells.Cut($"| {said.Trim()}", Math.Max(_console.Profile.Width - Before, 1));
        return new Rows(text, new Text(line, new Style(Color.Grey)) { Overflow = Overflow.Crop });
    }

    private static Style Style(StepState state) => new(state switch
    {
        StepState.Done => Color.Green,
        StepState.Now => Color.Yellow,
        StepState.Failed => Color.Red,
        _ => Color.Grey,
    });

    private static string Word(Step step) => step.State switch
    {
        StepState.Ahead => "",
        StepState.None => "none",
        var state => state.ToString().ToLowerInvariant(),
    };

    private static string Age(Step step) => step.Took switch
    {
        null => "",
        { TotalMinutes: < 1 } took => string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.0} s"),
        { } took => StatusTable.Age(took),
    };
}
