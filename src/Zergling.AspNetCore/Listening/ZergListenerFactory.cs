using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Zergling.AspNetCore.Listening;

/// <summary>Binds our endpoints and leaves every other one to the transport Kestrel comes with.</summary>
internal sealed class ZergListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is ZergEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        => new(((ZergEndPoint)endpoint).Listener);
}
