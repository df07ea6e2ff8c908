using Microsoft.Extensions.Hosting;

namespace Zergling.AspNetCore;

/// <summary>
/// Tells long-lived work (WebSockets, server-sent events, streams, background jobs) that this process is being
/// drained. Injectable wherever <c>UseZergling</c> was called, with a pool or without.
/// </summary>
public sealed class ZergLifetime : IDisposable
{
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenRegistration _stopping;

    internal ZergLifetime(IHostApplicationLifetime host, ZerglingOptions options)
    {
        Release = options.Release;
        _stopping = host.ApplicationStopping.Register(() => Begin());
    }

    /// <summary>
    /// Fires when the process stops accepting: finish what you are at and let the connection end. Without a pool it
    /// follows <see cref="IHostApplicationLifetime.ApplicationStopping"/>.
    /// </summary>
    public CancellationToken Draining => _draining.Token;

    /// <summary>The process no longer accepts connections.</summary>
    public bool IsDraining => _draining.IsCancellationRequested;

    /// <summary>The label of the code that runs.</summary>
    public string Release { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _draining.Dispose();
    }

    // Off the caller's thread: whoever drains must not wait for the callbacks of a thousand WebSockets.
    internal Task Begin() => _draining.CancelAsync();
}
