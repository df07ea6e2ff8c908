using System.Net;
using System.Net.Sockets;
using Zerg.Posix;

namespace Zerg.Protocol;

/// <summary>Names a descriptor from a uWSGI pool, which says nothing about it: getsockname(2) does.</summary>
internal static class PlainSocket
{
    /// <summary>Its address as text, a name made of it, and protocol <c>any</c>.</summary>
    public static SocketInfo Describe(FileDescriptor descriptor)
    {
        // Not owning: disposing an owning Socket changes the shared open file description.
        var socket = new Socket(new SafeSocketHandle(descriptor.Number, ownsHandle: false));
        return socket.LocalEndPoint switch
        {
            IPEndPoint ip => new SocketInfo($"any-{ip.Port}-{descriptor.Number}", ip.ToString(), "any"),
            var unix => new SocketInfo($"any-{descriptor.Number}", unix?.ToString() ?? "", "any"),
        };
    }
}
