namespace Zerg.Tests.Harness;

/// <summary>Lines as they come, and waiting for one of them.</summary>
internal sealed class LineLog
{
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Matches, TaskCompletionSource<string> Found)> _waiting = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public void Add(string line)
    {
        lock (_lines)
        {
            _lines.Add(line);
            foreach (var waiter in _waiting.FindAll(waiter => waiter.Matches(line)))
            {
                _waiting.Remove(waiter);
                waiter.Found.SetResult(line);
            }
        }
    }

    /// <summary>The first line that matches, from the beginning or from a line on.</summary>
    public async Task<string> WaitAsync(Func<string, bool> matches, CancellationToken cancel, int from = 0)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lines)
        {
            if (_lines.Skip(from).FirstOrDefault(matches) is { } there)
                return there;
            _waiting.Add((matches, found));
        }

        try
        {
            return await found.Task.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no such line came; there were:\n{string.Join('\n', Lines)}");
        }
    }
}
