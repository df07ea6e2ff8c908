using System.Net.Sockets;

namespace Zerg.Posix;

/// <summary>Addresses of UNIX sockets as uWSGI spells them.</summary>
internal static class UnixAddress
{
    /// <summary>The longest path that fits sockaddr_un with its closing NUL, in bytes.</summary>
    public const int MaxPath = 107;

    /// <summary>
    /// A path, or the abstract name behind <c>@</c>. uWSGI counts the closing NUL into an abstract name, so the
    /// kernel's name is NUL + name + NUL; whoever leaves it out does not reach a uWSGI.
    /// </summary>
    public static UnixDomainSocketEndPoint EndPoint(string address)
        => new(address.StartsWith('@') ? $"\0{address[1..]}\0" : address);
}
