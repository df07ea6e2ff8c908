using System.Runtime.CompilerServices;

namespace Zerg;

/// <summary>
/// Follows a pool through all of its lives: reads the orders of a session, and when that has ended without our doing,
/// seeks the pool until it is back, for ever.
/// </summary>
/// <param name="client">The first session; this object's from now on, as are all that follow.</param>
/// <param name="standing">What the zergling does and holds now; asked from any thread.</param>
/// <param name="time">What the waits are measured with.</param>
internal sealed class PoolFollower(ZergClient client, Func<ZergStanding> standing, TimeProvider time) : IAsyncDisposable
{
    public static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    // A pool that welcomes and dies at once is not to be asked any more often than one that is not there.
    public static readonly TimeSpan LongLife = TimeSpan.FromSeconds(10);

    private const double Jitter = 0.5;

    private readonly Backoff _backoff = new(FirstWait, LongestWait, LongLife, Jitter);
    private ZergClient _client = client;

    /// <summary>The news as they come.</summary>
    public async IAsyncEnumerable<PoolNews> FollowAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        ZergStanding? said = null;
        string? told = null;
        while (true)
        {
            var began = time.GetTimestamp();
            ZergOrder? last = null;
            string? refusal = null;
            await foreach (var order in _client.OrdersAsync(cancel).ConfigureAwait(false))
            {
                if (last is null && IsRefusal(order, said))
                {
                    refusal = ((ZergOrder.Stop)order).Reason;
                    break;
                }

                yield return new PoolNews.Ordered(last = order);
            }

            yield return new PoolNews.Gone();
            await _client.DisposeAsync().ConfigureAwait(false);
            if (last is ZergOrder.Stop)
                yield break;

            told = refusal is null ? null : told;
            var wait = refusal is null ? _backoff.After(time.GetElapsedTime(began)) : _backoff.Longest();
            while (true)
            {
                if (refusal is not null && refusal != told)
                    yield return new PoolNews.Refused(told = refusal);
                await Task.Delay(wait, time, cancel).ConfigureAwait(false);
                said = standing();
                if (await SeekAsync(said, cancel).ConfigureAwait(false) is not { } absent)
                    break;
                refusal = absent.IsRefusal ? absent.Message : null;
                wait = refusal is null ? _backoff.After(TimeSpan.Zero) : _backoff.Longest();
            }

            yield return new PoolNews.Back(_client);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    // A pool may welcome first and refuse then; that must not end who has nothing to do with it. The order to stop that
    // somebody gave has status 0, that to a release which was overtaken 75, and whoever does not serve yet may fail.
    private static bool IsRefusal(ZergOrder order, ZergStanding? said)
        => order is ZergOrder.Stop { ExitCode: not (ExitCodes.Ok or ExitCodes.TryAgain) }
            && said is { State: not ZerglingState.Starting };

    private async Task<ZergException?> SeekAsync(ZergStanding now, CancellationToken cancel)
    {
        try
        {
            _client = await _client.ReattachAsync(now, cancel).ConfigureAwait(false);
            return null;
        }
        catch (ZergException absent)
        {
            return absent;
        }
    }
}
