using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>Counts the workers of all launchers of a test again and again, as the kernel has them.</summary>
internal sealed class WorkerCount : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly string _directory;
    private readonly Thread _thread;
    private int _least = int.MaxValue;
    private int _most;

    public WorkerCount(string directory)
    {
        _directory = directory;
        _thread = new Thread(Watch) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends it, and says between which numbers they were.</summary>
    public (int Least, int Most) End()
    {
        _stop.Cancel();
        _thread.Join();
        return (_least, _most);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_stop.IsCancellationRequested)
            End();
        _stop.Dispose();
    }

    private void Watch()
    {
        // A look takes a while, in which one may end and the next one start. Those of two looks in a row were there
        // together between them, and nobody was who is of neither.
        var before = Look();
        while (!_stop.Token.WaitHandle.WaitOne(s_interval))
        {
            var now = Look();
            _least = Math.Min(_least, before.Union(now).Count());
            _most = Math.Max(_most, before.Intersect(now).Count());
            before = now;
        }
    }

    private List<int> Look() => [.. ProcFiles.All().Where(IsWorker)];

    // A server whose parent is a launcher; the launcher's words name the server too, but its parent is none.
    private bool IsWorker(int pid) => Words(pid).Contains("app:app", StringComparison.Ordinal)
        && ProcFiles.IsAlive(pid) && Words(ProcessTable.Parent(pid)).Contains("zergling", StringComparison.OrdinalIgnoreCase)
        && Mark(pid) == _directory;

    private static string Words(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string? Mark(int pid)
    {
        try
        {
            return ProcFiles.Variable(pid, ProcessTree.Mark);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
