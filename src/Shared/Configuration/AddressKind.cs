namespace Zerg.Configuration;

internal enum AddressKind
{
    IPv4,
    IPv6,

    /// <summary>One IPv6 socket that takes IPv4 as well.</summary>
    DualStack,

    /// <summary>Every address of a host name.</summary>
    Host,

    /// <summary>A UNIX socket in the file system.</summary>
    Path,

    /// <summary>A UNIX socket in the abstract namespace.</summary>
    Abstract,
}
