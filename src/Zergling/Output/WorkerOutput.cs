using System.Text;
using Zerg.Posix;

namespace Zergling.Output;

/// <summary>
/// What one worker writes, passed on to the launcher's own stdout and stderr. All outputs live on one thread, that of
/// their poller: a reader of the launcher's output that is slow holds up the workers' writing, as it would without a
/// launcher, and nothing else.
/// </summary>
internal sealed class WorkerOutput
{
    private const int ReadAtOnce = 256 * 1024;

    private readonly Poller _poller;
    private readonly OutputStream[] _streams;
    private readonly RecentLines _recent = new();
    private readonly Action _cut;
    private bool _cutReported;

    /// <param name="poller">The thread of all outputs.</param>
    /// <param name="worker">The number of the worker.</param>
    /// <param name="sinks">Where stdout and stderr go.</param>
    /// <param name="pipes">The reading ends for stdout and stderr.</param>
    /// <param name="cut">Called once, when a line was too long.</param>
    public WorkerOutput(
        Poller poller, int worker, (LineWriter Output, LineWriter Error) sinks,
        (FileDescriptor Output, FileDescriptor Error) pipes, Action cut)
    {
        _poller = poller;
        _cut = cut;
        var prefix = Prefix(worker);
        _streams =
        [
            new OutputStream(pipes.Output, prefix, sinks.Output, _recent),
            new OutputStream(pipes.Error, prefix, sinks.Error, _recent),
        ];
        foreach (var stream in _streams)
            poller.Add(stream.Descriptor, () => Drain(stream, ReadAtOnce));
    }

    /// <summary>The last line so far; null before the first.</summary>
    public string? Said => _recent.Last;

    /// <summary>What stands before every line of a worker.</summary>
    public static byte[] Prefix(int worker) => Encoding.ASCII.GetBytes($"[worker {worker}] ");

    /// <summary>
    /// Passes on what is in the pipes now, then reports the last lines. Once the process has ended that is all of
    /// it, unless a descendant still holds the pipes: it is read on until it closes them.
    /// </summary>
    public void Report(Action<IReadOnlyList<string>> lastLines) => _poller.Post(() =>
    {
        foreach (var stream in _streams)
            Drain(stream, ReadAtOnce);
        lastLines(_recent.ToList());
    });

    private void Drain(OutputStream stream, int most)
    {
        if (stream.Descriptor.IsClosed)
            return;
        if (!stream.Drain(most))
        {
            _poller.Remove(stream.Descriptor);
            stream.Dispose();
        }

        if (stream.HasCut && !_cutReported)
        {
            _cutReported = true;
            _cut();
        }
    }
}
