namespace Zerg.Tests.Harness;

/// <summary>For what no line and no descriptor tells of: asks until the answer is yes.</summary>
internal static class Poll
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks until it is so; when the time is over, the last state says how far it came.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo, Func<string> state, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(s_interval);
        try
        {
            while (!await isSo())
                await timer.WaitForNextTickAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"it did not come to that in time; the last state: {state()}");
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, Func{string}, CancellationToken)"/>
    public static Task UntilAsync(Func<bool> isSo, Func<string> state, CancellationToken cancel)
        => UntilAsync(() => Task.FromResult(isSo()), state, cancel);
}
