namespace Zerg.Configuration;

/// <summary>What the connections of a socket speak; <see cref="Any"/> leaves it to the zergling.</summary>
internal enum SocketProtocol
{
    Any,
    Uwsgi,
    Http,
    Https,
}
