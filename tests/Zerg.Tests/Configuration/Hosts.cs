using Zerg.Configuration;

namespace Zerg.Tests.Configuration;

/// <summary>Hosts to read a configuration on.</summary>
internal static class Hosts
{
    public static HostFacts User { get; } = new()
    {
        IsRoot = false,
        RuntimeDirectory = "/run/user/7",
        SoMaxConn = 4096,
        Exists = _ => false,
    };

    public static HostFacts Root { get; } = User with { IsRoot = true, RuntimeDirectory = null };
}
