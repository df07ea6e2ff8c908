using Zerg.StrictClient;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>Clients of several kinds at once on one stage.</summary>
internal sealed class Crowd
{
    // A message and the server's Close frame may cross on their way, but seldom do.
    private const int ClosesForEachCrossing = 4;

    private static readonly int[] s_good = [101, 200];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // Far above what a busy machine needs, and below what a client would wait before it counts a loss.
    private static readonly TimeSpan s_standstill = TimeSpan.FromSeconds(10);

    private readonly List<(string Name, long Least, LoadRun Run, Task<LoadReport> Report)> _clients = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Stage _stage;
    private Task<LoadReport[]>? _reports;

    public Crowd(Stage stage)
    {
        _stage = stage;
        stage.Admit(this);
    }

    /// <summary>Adds clients; a test has failed when they made fewer requests than it needs to mean anything.</summary>
    public Crowd Add(string name, long least, Func<LoadOptions, LoadOptions> with)
    {
        var run = new LoadRun(with(new LoadOptions { Target = _stage.EndPoint }));
        _clients.Add((name, least, run, Task.Run(() => run.RunAsync(_stop.Token))));
        return this;
    }

    /// <summary>Waits until every kind of client has had answers of a release.</summary>
    public Task SeesAsync(string release, CancellationToken cancel) => Poll.UntilAsync(
        () => _clients.TrueForAll(client => client.Run.Tally.Releases.Counts().GetValueOrDefault(release) > 0),
        () => $"answers of {release}: " + string.Join(", ", _clients.Select(
            client => $"{client.Name} {client.Run.Tally.Releases.Counts().GetValueOrDefault(release)}")), cancel);

    /// <summary>Waits until every kind of client has made so many more requests.</summary>
    public Task GoesOnAsync(long more, CancellationToken cancel)
    {
        var goals = _clients.ConvertAll(client => client.Run.Tally.Ok + more);
        return Poll.UntilAsync(
            () => _clients.Zip(goals).All(pair => pair.First.Run.Tally.Ok >= pair.Second),
            () => string.Join(", ", _clients.Select(client => $"{client.Name} {client.Run.Tally.Ok}")), cancel);
    }

    /// <summary>Marks the time of a hand-over in every report.</summary>
    public IDisposable Window(string name)
        => new Windows(_clients.ConvertAll(client => client.Run.BeginWindow(name)));

    /// <summary>Ends the load, with every request that is on its way, and asserts that nothing was lost.</summary>
    /// <param name="releases">The releases that every client has seen, and no other; null for any.</param>
    public async Task<IReadOnlyList<LoadReport>> LeaveAsync(params string[]? releases)
    {
        await EnoughAsync();
        var reports = await EndAsync();
        foreach (var (client, report) in _clients.Zip(reports))
        {
            Proof.NothingLost(report, client.Name);
            Proof.NothingLost(report.Statuses.Keys, Is.SubsetOf(s_good), client.Name);
        }

        using (Assert.EnterMultipleScope())
        {
            foreach (var (client, report) in _clients.Zip(reports))
            {
                Assert.That(report.Unmeasured, Is.Zero, $"{client.Name}: bodies of unknown length");
                Assert.That(
                    report.Unanswered * ClosesForEachCrossing, Is.LessThanOrEqualTo(report.Reconnects),
                    $"{client.Name}: messages without an answer");
                Assert.That(
                    Math.Max(report.LongestStallInWindowsMs, report.LongestStallOutsideMs),
                    Is.LessThan(s_standstill.TotalMilliseconds), $"{client.Name}: nobody had an answer");
                Assert.That(report.Requests, Is.GreaterThanOrEqualTo(client.Least), client.Name);
                if (releases is not null)
                    Assert.That(report.Releases.Keys, Is.EquivalentTo(releases), client.Name);
            }
        }

        return reports;
    }

    // On a fast machine the hand-overs are over before a paced client has made the requests that prove something.
    private async Task EnoughAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await Poll.UntilAsync(
                () => _clients.TrueForAll(client => client.Report.IsCompleted || client.Run.Tally.Ok >= client.Least),
                () => "", patience.Token);
        }
        catch (TimeoutException)
        {
            // The assertion on the number of requests then fails, and says more.
        }
    }

    /// <summary>Ends the load; once, and a test that fails early has it ended for it.</summary>
    public Task<LoadReport[]> EndAsync() => _reports ??= ReportAsync();

    private async Task<LoadReport[]> ReportAsync()
    {
        await _stop.CancelAsync();
        var reports = await Task.WhenAll(_clients.Select(client => client.Report));
        foreach (var (client, report) in _clients.Zip(reports))
            _stage.Keep(client.Name, report);
        return reports;
    }

    private sealed class Windows(List<IDisposable> all) : IDisposable
    {
        public void Dispose() => all.ForEach(one => one.Dispose());
    }
}
