using System.Net;

namespace Zergling.AspNetCore.Listening;

/// <summary>Stands for a passed socket; only our own listener can bind it.</summary>
internal sealed class ZergEndPoint(ZergListener listener, string address) : EndPoint
{
    public ZergListener Listener => listener;

    // As Kestrel writes addresses, since the app finds it among its URLs.
    public override string ToString()
        => address.StartsWith('/') || address.StartsWith('@') ? "unix:" + address : address;
}
