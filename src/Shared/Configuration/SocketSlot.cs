namespace Zerg.Configuration;

/// <summary>A socket while the options that mention it are still being read.</summary>
internal sealed class SocketSlot(ListenAddress address, Option firstMention)
{
    public ListenAddress Address { get; } = address;

    public Option FirstMention { get; } = firstMention;

    /// <summary>The option that settled the protocol, or null while nobody did.</summary>
    public Option? ProtocolMention { get; set; }

    public SocketProtocol Protocol => ProtocolMention?.Name switch
    {
        null => SocketProtocol.Any,
        "socket" => SocketProtocol.Uwsgi,
        _ => SocketProtocol.Http,
    };

    public ListenSpec ToSpec() => new(Address, Protocol, FirstMention.Position)
    {
        Option = FirstMention.Name,
    };
}
