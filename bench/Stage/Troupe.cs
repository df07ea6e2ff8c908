using System.Net;
using ZergPool.Control;

namespace Zerg.Stage;

/// <summary>The zerglings of one pool, one release after the other.</summary>
/// <param name="path">Where they attach.</param>
/// <param name="start">Starts a release.</param>
internal sealed class Troupe(string path, Func<string, Child> start) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly List<Task> _leaving = [];
    private readonly List<string> _problems = [];
    private Child? _serving;
    private int _started;

    public string Path => path;

    /// <summary>What the pool has to say of itself: one for the first, and one more for each hand-over.</summary>
    public int Generation { get; private set; }

    public string Release => $"r{_started}";

    /// <summary>The process that serves.</summary>
    public Child Serving => _serving ?? throw new InvalidOperationException("nobody was started");

    public IPEndPoint EndPointIn(StatusDocument status) =>
        IPEndPoint.Parse(status.Sockets.First(socket => socket.Pool == path).Address);

    /// <summary>Brings out the next release, and waits until it serves.</summary>
    /// <exception cref="StageException">It ended.</exception>
    public async Task RenewAsync(SupervisedPool pool, CancellationToken cancel)
    {
        _started++;
        var next = start(Release);
        try
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var taken = pool.StatusAsync(
                IsServed, s_patience, $"release '{Release}' of {System.IO.Path.GetFileName(path)}", over.Token);
            if (await Task.WhenAny(taken, next.Exited) != taken)
            {
                await over.CancelAsync();
                await ((Task)taken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw next.Died($"with status {await next.Exited} before it took over");
            }

            await taken;
        }
        catch (TimeoutException problem)
        {
            await next.DisposeAsync();
            throw new StageException($"{problem.Message}; it said: {string.Join(" | ", next.Lines.TakeLast(5))}");
        }
        catch
        {
            await next.DisposeAsync();
            throw;
        }

        Generation++;
        if (_serving is { } old)
            _leaving.Add(SeeOffAsync(old, _started - 1));
        _serving = next;
    }

    /// <summary>Starts the same release again, whose process has ended.</summary>
    public async Task ReplaceAsync(SupervisedPool pool, CancellationToken cancel)
    {
        var former = Serving;
        await former.Exited.WaitAsync(cancel);
        _serving = start(Release);
        await former.DisposeAsync();
        var pid = _serving.Pid;
        await pool.StatusAsync(
            status => status.Zerglings.Any(one => one.Pid == pid && one.State == "accepting"), s_patience,
            $"release '{Release}' once more", cancel);
    }

    /// <summary>Waits until those that were replaced have left; what went wrong with it, a line each.</summary>
    public async Task<IReadOnlyList<string>> SettleAsync(CancellationToken cancel)
    {
        await Task.WhenAll(_leaving).WaitAsync(s_patience, cancel);
        _leaving.Clear();
        return _problems;
    }

    /// <summary>Whether its last release alone is there and serves.</summary>
    public bool IsAlone(StatusDocument status) =>
        IsServed(status) && status.Zerglings.Count(one => one.Pool == path) == 1
        && status.Pools!.First(pool => pool.Path == path) is { Handover: null } own && own.Generation == Generation;

    public async ValueTask DisposeAsync()
    {
        if (_serving is not null)
            await _serving.DisposeAsync();
        await Task.WhenAny(Task.WhenAll(_leaving), Task.Delay(TimeSpan.FromSeconds(5)));
    }

    private bool IsServed(StatusDocument status) => status.Zerglings.Any(
        one => one.Pool == path && one.Release == Release && one.State == "accepting");

    private async Task SeeOffAsync(Child old, int number)
    {
        if (await old.Exited is not 0 and var status)
            _problems.Add($"r{number} was replaced, and exited with status {status}: {string.Join(" | ", old.Lines.TakeLast(3))}");
        await old.DisposeAsync();
    }
}
