using System.Globalization;

namespace Zerg.Configuration;

/// <summary>Names for descriptors: stable, and safe in LISTEN_FDNAMES.</summary>
internal static class SocketNames
{
    /// <summary>Gives each socket its name, in order; call it again when ports of 0 have become real ones.</summary>
    public static IReadOnlyList<ListenSpec> Assign(IReadOnlyList<ListenSpec> sockets)
    {
        var taken = new HashSet<string>();
        var last = new Dictionary<string, int>();
        return [.. sockets.Select(socket => socket with { Name = Next(Base(socket)) })];

        // Thousands may have no name but that of port 0.
        string Next(string name)
        {
            last[name] = last.GetValueOrDefault(name, 1);
            string candidate = last[name] == 1 ? name : Numbered(name, last[name]);
            while (!taken.Add(candidate))
            {
                candidate = Numbered(name, ++last[name]);
            }

            return candidate;
        }
    }

    /// <summary>The name of one more socket, which then is taken.</summary>
    public static string Of(ListenSpec socket, ISet<string> taken) => Unique(Base(socket), taken);

    /// <summary>The name, or the first of name-2, name-3 ... that is not taken yet; it then is.</summary>
    public static string Unique(string name, ISet<string> taken)
    {
        string candidate = name;
        for (int n = 2; !taken.Add(candidate); n++)
        {
            candidate = Numbered(name, n);
        }

        return candidate;
    }

    private static string Numbered(string name, int n) => string.Create(CultureInfo.InvariantCulture, $"{name}-{n}");

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
