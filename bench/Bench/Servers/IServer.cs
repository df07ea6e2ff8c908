using System.Net;

namespace Zerg.Bench.Servers;

/// <summary>A server that can bring out a new release while it serves.</summary>
internal interface IServer : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Whether it keeps connections for more than one request.</summary>
    bool KeepsAlive { get; }

    IPEndPoint EndPoint { get; }

    Task StartAsync(CancellationToken cancel);

    /// <summary>Brings out a new release; done when the old one has left.</summary>
    /// <param name="atSwitch">Called when the new one is ready; its result is disposed of after the switch.</param>
    /// <param name="cancel">Ends the waiting.</param>
    Task RenewAsync(Func<IDisposable?> atSwitch, CancellationToken cancel);
}
