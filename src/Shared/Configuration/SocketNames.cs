using System.Globalization;

namespace Zerg.Configuration;

/// <summary>Names for descriptors: stable, and safe in LISTEN_FDNAMES.</summary>
internal static class SocketNames
{
    /// <summary>Gives each socket its name, in order; call it again when ports of 0 have become real ones.</summary>
    public static IReadOnlyList<ListenSpec> Assign(IReadOnlyList<ListenSpec> sockets)
    {
        var taken = new HashSet<string>();
        return [.. sockets.Select(socket => socket with { Name = Unique(Base(socket), taken) })];
    }

    /// <summary>The name, or the first of name-2, name-3 ... that is not taken yet; it then is.</summary>
    public static string Unique(string name, ISet<string> taken)
    {
        string candidate = name;
        for (int n = 2; !taken.Add(candidate); n++)
        {
            candidate = string.Create(CultureInfo.InvariantCulture, $"{name}-{n}");
        }

        return candidate;
    }

    private static string Base(ListenSpec socket) =>
        $"{socket.Protocol.ToString().ToLowerInvariant()}-{socket.Address.Kind switch
        {
            AddressKind.Path => Safe(Path.GetFileName(socket.Address.Host)),
            AddressKind.Abstract => Safe(socket.Address.Host),
            _ => socket.Address.Port.ToString(CultureInfo.InvariantCulture),
        }}";

    // A colon separates the names; systemd wants printable ASCII.
    private static string Safe(string text) =>
        string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'));
}
