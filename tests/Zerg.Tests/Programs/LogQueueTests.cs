extern alias zergpool;

using Microsoft.Extensions.Logging;
using Zerg.Tests.Harness;
using zergpool::Zerg.Programs;

namespace Zerg.Tests.Programs;

internal sealed class LogQueueTests
{
    [Test, CancelAfter(15_000)]
    public async Task What_finds_no_room_is_dropped_and_counted(CancellationToken cancel)
    {
        var written = new LineLog();
        using var stuck = new SemaphoreSlim(0);
        using (var queue = new LogQueue(line =>
        {
            written.Add(line.Text);
            stuck.Wait(cancel);
        }, () => default))
        {
            Add(queue, "first");
            await written.WaitAsync(line => line == "first", cancel);
            for (var i = 0; i < LogQueue.Capacity + 7; i++)
                Add(queue, $"{i}");
            stuck.Release(LogQueue.Capacity + 3);
            await written.WaitAsync(line => line.Contains("7 lines of this log were dropped here"), cancel);
            Add(queue, "last");
        }

        // The end waits a second for it, and then no longer.
        await written.WaitAsync(line => line == "last", cancel);
        Assert.That(written.Lines.Skip(1).SkipLast(2), Is.EqualTo(Enumerable.Range(0, LogQueue.Capacity).Select(i => $"{i}")));
        Assert.That(written.Lines[^1], Is.EqualTo("last"));
    }

    [Test, CancelAfter(15_000)]
    public async Task A_reader_that_is_stuck_does_not_hold_up_the_end(CancellationToken cancel)
    {
        var begun = new TaskCompletionSource();
        var stuck = new TaskCompletionSource();
        var queue = new LogQueue(_ =>
        {
            begun.TrySetResult();
            stuck.Task.Wait(CancellationToken.None);
        }, () => default);
        Add(queue, "first");
        await begun.Task.WaitAsync(cancel);
        await Task.Run(queue.Dispose, cancel).WaitAsync(cancel);

        Assert.That(() => Add(queue, "too late"), Throws.Nothing);
        stuck.SetResult();
    }

    private static void Add(LogQueue queue, string text)
        => queue.Add(new LogLine(DateTimeOffset.UnixEpoch, LogLevel.Information, text));
}
