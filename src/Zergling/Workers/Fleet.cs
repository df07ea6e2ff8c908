using Zerg;

namespace Zergling.Workers;

/// <summary>The workers that serve together: all of one start, or of one renewal.</summary>
/// <param name="size">How many there may be.</param>
/// <param name="target">How many there are to be now.</param>
internal sealed class Fleet(int size, int target) : IDisposable
{
    private readonly Worker?[] _workers = new Worker?[size];
    private readonly Backoff[] _backoffs = [.. Enumerable.Range(0, size).Select(_ => new Backoff(
        TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30), longLife: TimeSpan.FromSeconds(30)))];

    private readonly ITimer?[] _restarts = new ITimer?[size];

    /// <summary>It was ready once; a worker that dies from then on is started again.</summary>
    public bool WasReady { get; set; }

    /// <summary>It is to leave: nobody is started for it any more.</summary>
    public bool IsLeaving { get; private set; }

    public IEnumerable<int> Numbers => Enumerable.Range(1, target);

    public IEnumerable<Worker> Workers => _workers.OfType<Worker>();

    public bool IsReady => _workers.Take(target).All(worker => worker?.State == WorkerState.Ready);

    public void Add(Worker worker) => _workers[worker.Number - 1] = worker;

    /// <summary>Takes out a worker that has ended.</summary>
    /// <returns>False when it was not of this fleet.</returns>
    public bool Remove(Worker worker)
    {
        if (_workers[worker.Number - 1] != worker)
            return false;
        _workers[worker.Number - 1] = null;
        return true;
    }

    /// <summary>Has it have so many workers from now on.</summary>
    /// <param name="workers">From 0 to its size.</param>
    /// <param name="surplus">Those that are too many, taken out.</param>
    /// <returns>The numbers to be started.</returns>
    public IReadOnlyList<int> Scale(int workers, out IReadOnlyList<Worker> surplus)
    {
        var before = target;
        target = workers;
        surplus = [.. Workers.Where(worker => worker.Number > workers)];
        foreach (var worker in surplus)
            Remove(worker);
        for (var number = workers; number < before; number++)
            _restarts[number]?.Dispose();
        return [.. Enumerable.Range(before + 1, Math.Max(0, workers - before))];
    }

    /// <summary>Whether it is to have a worker of that number.</summary>
    public bool Wants(int number) => !IsLeaving && number <= target && _workers[number - 1] is null;

    /// <summary>Has a number started again after a while.</summary>
    /// <returns>How long that is.</returns>
    public TimeSpan ScheduleRestart(int number, TimeSpan life, TimeProvider time, Action due)
    {
        var index = number - 1;
        var wait = _backoffs[index].After(life);
        _restarts[index]?.Dispose();
        _restarts[index] = time.CreateTimer(_ => due(), null, wait, Timeout.InfiniteTimeSpan);
        return wait;
    }

    public void Leave()
    {
        IsLeaving = true;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var restart in _restarts)
            restart?.Dispose();
    }
}
