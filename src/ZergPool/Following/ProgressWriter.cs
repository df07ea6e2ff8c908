using System.Globalization;
using System.Text.Json;

namespace ZergPool.Following;

/// <summary>Tells each step once: a line for people, or an event for programs.</summary>
internal sealed class ProgressWriter(TextWriter output, bool json, TimeProvider time)
{
    private string? _told;

    public void Tell(Progress progress)
    {
        // Numbers of what drains change all the time: an event for each is for programs.
        var news = json ? progress.Text : progress.Stage + (progress.Stage == "draining" ? "" : progress.Text);
        if (news == _told)
            return;
        _told = news;
        if (json)
            output.WriteLine(JsonSerializer.Serialize(Event(progress), ProgressJson.Default.ProgressEvent));
        else
            output.WriteLine($"{time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {Safe(progress.Text)}");
        if (!json)
        {
            foreach (var line in progress.Output)
                output.WriteLine($"         | {Safe(line)}");
        }

        output.Flush();
    }

    private ProgressEvent Event(Progress progress) => new(
        time.GetUtcNow(), progress.Stage, progress.Text, progress.Zergling,
        progress.Output.Count == 0 ? null : progress.Output);

    private static string Safe(string text) => string.Concat(text.Select(one => char.IsControl(one) ? '?' : one));
}
