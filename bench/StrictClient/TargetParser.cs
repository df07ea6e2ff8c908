using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Zerg.StrictClient;

internal static class TargetParser
{
    /// <summary>Reads host:port, [v6]:port, unix:/path or unix:@abstract; null when it is none of them.</summary>
    public static EndPoint? Parse(string text)
    {
        if (text.StartsWith("unix:@", StringComparison.Ordinal) && text.Length > 6)
            return new UnixDomainSocketEndPoint("\0" + text[6..]);
        if (text.StartsWith("unix:/", StringComparison.Ordinal))
            return new UnixDomainSocketEndPoint(text[5..]);
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        var host = text[..colon];
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
            return new IPEndPoint(address, port);
        return host == "localhost" ? new IPEndPoint(IPAddress.Loopback, port) : Resolve(host, port);
    }

    private static IPEndPoint? Resolve(string host, int port)
    {
        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(host)[0], port);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
