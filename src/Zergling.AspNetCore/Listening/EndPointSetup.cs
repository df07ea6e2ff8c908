using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Zergling.AspNetCore.Listening;

/// <summary>Gives Kestrel the one endpoint behind which all passed sockets are.</summary>
internal sealed class EndPointSetup(ZergListener listener) : IPostConfigureOptions<KestrelServerOptions>
{
    public void PostConfigure(string? name, KestrelServerOptions options)
        => options.Listen(listener.EndPoint, endPoint => listener.Protocols = endPoint.Protocols);
}
