using System.Threading.Channels;
using Zerg;
using Zerg.Configuration;

namespace Zergling.Pools;

/// <summary>
/// Where the sockets come from: the sessions with all pools, or, without any pool, what was bound instead.
/// </summary>
internal sealed class PoolLinks : IAsyncDisposable
{
    private readonly List<PoolLink> _links = [];
    private readonly FallbackSockets? _bound;

    private PoolLinks(FallbackSockets? bound) => _bound = bound;

    public IReadOnlyList<PoolLink> Sessions => _links;

    /// <summary>Why there is no pool; null where there is one.</summary>
    public string? FallbackReason { get; private init; }

    /// <summary>Every socket that a worker is to have, in the order of the pools.</summary>
    public IReadOnlyList<ZergSocket> Sockets => [.. _links.SelectMany(link => link.Sockets), .. _bound?.Sockets ?? []];

    /// <summary>Attaches to every pool, or binds when that is permitted and no pool can be reached.</summary>
    /// <exception cref="ZergException">A pool is missing, or refuses.</exception>
    /// <exception cref="IOException">Binding instead of the pool failed.</exception>
    public static async Task<PoolLinks> OpenAsync(
        ZerglingOptions options, string release, CancellationToken cancel)
    {
        var links = new PoolLinks(null);
        try
        {
            foreach (var pool in options.Zergs)
                links._links.Add(await AttachAsync(pool.ToString(), options, release, cancel));
            return links;
        }
        catch (ZergException absent) when (Permits(options, absent) && links._links.Count == 0)
        {
            return new PoolLinks(FallbackSockets.Bind(options)) { FallbackReason = absent.Message };
        }
        catch
        {
            await links.DisposeAsync();
            throw;
        }
    }

    /// <summary>How many workers the pools leave; null while none of them limits it.</summary>
    public int? Workers => _links.Min(link => link.Workers);

    /// <summary>Begins to follow orders.</summary>
    public void Begin(ChannelWriter<LauncherEvent> events) => _links.ForEach(link => link.Begin(events));

    public void Ready(IReadOnlyList<string> probes) => _links.ForEach(link => link.Ready(probes));

    public void Report(ZergReport report) => _links.ForEach(link => link.Report(report));

    public void Failed(string reason, IReadOnlyList<string> output)
        => _links.ForEach(link => link.Failed(reason, output));

    public void Bye(string reason) => _links.ForEach(link => link.Bye(reason));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links)
            await link.DisposeAsync();
        _bound?.Dispose();
    }

    // A pool that refuses us is there and holds the addresses: binding them could only fail.
    private static bool Permits(ZerglingOptions options, ZergException absent)
        => options.Fallback && absent.ExitCode == ExitCodes.Unavailable;

    private static async Task<PoolLink> AttachAsync(
        string pool, ZerglingOptions options, string release, CancellationToken cancel)
    {
        var client = await ZergClient.AttachAsync(
            new ZergClientOptions
            {
                Pool = pool,
                Release = release,
                App = string.Join(' ', options.Command),
                Name = options.Name ?? Path.GetFileName(options.Command[0]),
                Mode = options.Mode,
                IsLauncher = true,
                Workers = options.Processes,
            },
            cancel);
        return new PoolLink(pool, client, TimeProvider.System);
    }
}
