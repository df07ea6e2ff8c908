namespace Zerg.Configuration;

/// <summary>A socket while the options that mention it are still being read.</summary>
internal sealed class SocketSlot(ListenAddress address, Option firstMention)
{
    public ListenAddress Address { get; } = address;

    public Option FirstMention { get; } = firstMention;

    /// <summary>The option that settled the protocol, or null while nobody did.</summary>
    public Option? ProtocolMention { get; set; }

    /// <summary>What it is to be served with, if an option says so.</summary>
    public TlsFiles? Tls { get; set; }

    /// <summary>Only an option that nobody supports names it, so nobody is to serve it as something else.</summary>
    public bool IsWithheld { get; set; }

    public SocketProtocol Protocol => ProtocolMention?.Name switch
    {
        null => SocketProtocol.Any,
        "socket" => SocketProtocol.Uwsgi,
        "https" => SocketProtocol.Https,
        _ => SocketProtocol.Http,
    };

    public ListenSpec ToSpec() => new(Address, Protocol, FirstMention.Position)
    {
        Option = FirstMention.Name,
        Tls = Protocol == SocketProtocol.Https ? Tls : null,
    };
}
