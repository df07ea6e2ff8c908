using Spectre.Console;

namespace Zerg.Demo.Live;

/// <summary>The picture that moves, for a terminal.</summary>
internal sealed class LiveView(Journal journal, IAnsiConsole console) : IView
{
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(100);

    private readonly ReleaseBars _bars = new();

    public async Task RunAsync(Camera camera, CancellationToken over)
    {
        await console.Live(Draw(camera.Take())).AutoClear(false).StartAsync(async live =>
        {
            while (!over.IsCancellationRequested)
            {
                await Task.Delay(s_frame, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                live.UpdateTarget(Draw(camera.Take()));
            }
        });
    }

    private Spectre.Console.Rendering.IRenderable Draw(Scene scene)
    {
        var frame = new Frame(Math.Min(console.Profile.Width, 100), Math.Max(1, console.Profile.Height - 2));
        frame.EndLine();
        Figures.Draw(frame, scene);
        frame.EndLine();
        Stream.Draw(frame, scene);
        frame.EndLine();
        _bars.Draw(frame, scene);
        frame.EndLine();
        Roster.Draw(frame, scene);
        frame.EndLine();
        Events.Draw(frame, journal);
        return frame.Done();
    }
}
