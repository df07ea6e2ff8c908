using System.Globalization;
using NUnit.Framework.Interfaces;

namespace Zerg.Tests.Guarantees;

/// <summary>One test with its stage; one that fails tells what everybody on it said.</summary>
internal abstract class GuaranteeFixture
{
    private Stage? _stage;

    protected Stage Stage => _stage ?? throw new InvalidOperationException("no stage was opened");

    [TearDown]
    public async Task TearDownAsync()
    {
        if (_stage is null)
            return;
        await _stage.EmptyAsync();
        foreach (var total in _stage.Totals())
            TestContext.Out.WriteLine(total);
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
            TestContext.Out.WriteLine(_stage.Account());
        _stage.Dispose();
        _stage = null;
    }

    /// <summary>Starts the pool of this test.</summary>
    protected async Task OpenAsync(CancellationToken cancel, params string[] options)
        => _stage = await Stage.OpenAsync(cancel, options);

    /// <summary>Starts it in a way of the test's own.</summary>
    protected async Task OpenAsync(
        Func<string, PoolStart> start, CancellationToken cancel, params string[] options)
        => _stage = await Stage.OpenAsync(start, cancel, options);

    /// <summary>Rolls out one release after the other, each of which every client must see.</summary>
    /// <returns>All releases, with the one that served before.</returns>
    protected async Task<string[]> RollOutAsync(
        int count, Crowd crowd, string first, CancellationToken cancel,
        params (string Name, string? Value)[] environment)
    {
        await crowd.SeesAsync(first, cancel);
        List<string> releases = [first];
        for (var number = 1; number <= count; number++)
        {
            var release = $"r{number.ToString(CultureInfo.InvariantCulture)}";
            using (crowd.Window(release))
                await Stage.RollOutAsync(release, cancel, environment);
            await crowd.SeesAsync(release, cancel);
            releases.Add(release);
        }

        return [.. releases];
    }
}
