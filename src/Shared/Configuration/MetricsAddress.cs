using System.Net;

namespace Zerg.Configuration;

/// <summary>Where metrics are told: on this machine alone, since nobody is asked who he is.</summary>
internal static class MetricsAddress
{
    public static Parsed<ListenAddress> Parse(string text) => ListenAddress.Parse(text) switch
    {
        { Ok: true, Value: var address } when !IsLocal(address) => Parsed<ListenAddress>.Failed(
            $"'{text}' can be reached from elsewhere, and whoever asks is told: expected an address of this machine alone, "
            + "such as '127.0.0.1:9464', '[::1]:9464', a path or '@NAME'"),
        var parsed => parsed,
    };

    private static bool IsLocal(ListenAddress address) => address.IsUnix
        || (address.Kind is AddressKind.IPv4 or AddressKind.IPv6 && IPAddress.IsLoopback(IPAddress.Parse(address.Host)));
}
