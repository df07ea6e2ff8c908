namespace Zerg.Configuration;

/// <summary>A socket that the pool binds and passes, or that a zergling falls back to.</summary>
internal sealed record ListenSpec(ListenAddress Address, SocketProtocol Protocol, SourcePosition Position)
{
    /// <summary>The option that mentions it first.</summary>
    public string Option { get; init; } = "";

    /// <summary>What an <c>https</c> socket is to be served with; null where no option says.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>Unique among the sockets of a configuration and safe in LISTEN_FDNAMES.</summary>
    public string Name { get; init; } = "";
}
