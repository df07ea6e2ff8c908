using System.Globalization;

namespace Zerg.Demo;

/// <summary>A line for each event, and one every few seconds.</summary>
internal sealed class PlainView(Journal journal, TextWriter output) : IView
{
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_figures = TimeSpan.FromSeconds(3);

    private TimeSpan _next = s_figures;
    private int _shown;

    public async Task RunAsync(Camera camera, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            Show(camera.Take());
            await Task.Delay(s_frame, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Show(camera.Take());
    }

    private void Show(Scene scene)
    {
        foreach (var entry in journal.From(_shown))
        {
            _shown++;
            Line(entry.At, entry.Text);
        }

        if (scene.Elapsed < _next || scene.Requests == 0)
            return;
        _next = scene.Elapsed + s_figures;
        var answering = scene.Answers.Where(pair => pair.Value > 0).OrderByDescending(pair => pair.Value)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {scene.Share(pair.Key):0 %}"));
        Line(scene.Elapsed, string.Create(
            CultureInfo.InvariantCulture,
            $"{scene.Requests} requests, {scene.PerSecond:0}/s, {scene.Losses} lost, p50 {scene.P50:0.0} ms, "
            + $"p99 {scene.P99:0.0} ms, answering: {string.Join(", ", answering)}"));
    }

    private void Line(TimeSpan at, string text)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,6:0.0} s  {text}"));
        output.Flush();
    }
}
