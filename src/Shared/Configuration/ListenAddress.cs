using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Zerg.Configuration;

/// <summary>An address to listen on; <see cref="ToString"/> gives its one canonical spelling.</summary>
internal sealed partial record ListenAddress
{
    /// <summary>sockaddr_un holds 108 bytes, the last one is NUL.</summary>
    public const int MaxPathBytes = 107;

    private ListenAddress(AddressKind kind, string host, int port)
    {
        Kind = kind;
        Host = host;
        Port = port;
    }

    public AddressKind Kind { get; }

    /// <summary>The IP address, the host name, the absolute path, or the abstract name without its @.</summary>
    public string Host { get; }

    /// <summary>0 lets the kernel choose; always 0 for UNIX sockets.</summary>
    public int Port { get; private init; }

    public bool IsUnix => Kind is AddressKind.Path or AddressKind.Abstract;

    /// <summary>Whether two mentions are one socket: not where the kernel chooses a port for each.</summary>
    public bool IsSharable => IsUnix || Port != 0;

    /// <summary>The same address on the port that the kernel chose.</summary>
    public ListenAddress WithPort(int port) => this with { Port = port };

    /// <summary>Another UNIX address, spelled from this one.</summary>
    public Parsed<ListenAddress> WithSuffix(string suffix) => Parse(ToString() + suffix);

    /// <summary>
    /// The sockets to bind, usually one. A host name is looked up now, and fails as <see cref="Dns"/> does.
    /// </summary>
    public IReadOnlyList<BindTarget> Resolve() => Kind switch
    {
        AddressKind.Host => [.. Dns.GetHostAddresses(Host).Distinct().Select(ip => Target(ip))],
        AddressKind.DualStack => [Target(IPAddress.IPv6Any, dualMode: true)],
        AddressKind.Path => [new BindTarget(new UnixDomainSocketEndPoint(Host), false)],

        // uWSGI counts the NUL that ends "@name" into the address, so the kernel's name has it too.
        AddressKind.Abstract => [new BindTarget(new UnixDomainSocketEndPoint($"\0{Host}\0"), false)],
        _ => [Target(IPAddress.Parse(Host))],
    };

    public override string ToString() => Kind switch
    {
        AddressKind.Path => Host,
        AddressKind.Abstract => $"@{Host}",
        AddressKind.IPv6 => string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}"),
    };

    private BindTarget Target(IPAddress address, bool dualMode = false) =>
        new(new IPEndPoint(address, Port), dualMode);
}
