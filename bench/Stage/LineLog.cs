namespace Zerg.Stage;

/// <summary>Lines as they come, and waiting for one of them.</summary>
internal sealed class LineLog
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Matches, TaskCompletionSource<string> Found)> _waiting = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    public void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            foreach (var waiter in _waiting.FindAll(waiter => waiter.Matches(line)))
            {
                _waiting.Remove(waiter);
                waiter.Found.SetResult(line);
            }
        }
    }

    /// <summary>The first line that matches, of those there and those to come.</summary>
    public Task<string> WaitAsync(Func<string, bool> matches)
    {
        lock (_gate)
        {
            if (_lines.Find(line => matches(line)) is { } there)
                return Task.FromResult(there);
            var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((matches, found));
            return found.Task;
        }
    }
}
