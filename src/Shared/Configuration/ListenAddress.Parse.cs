using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zerg.Configuration;

internal sealed partial record ListenAddress
{
    private const string Forms = "expected ':PORT', 'HOST:PORT', '[IPV6]:PORT', '*:PORT', a path, or '@NAME'";

    public static Parsed<ListenAddress> Parse(string text)
    {
        text = text.Trim();
        return text switch
        {
            "" => Failed($"is empty, {Forms}"),
            _ when text.Any(char.IsControl) => Failed($"'{text}' has control characters, {Forms}"),
            ['@', .. var name] => ParseAbstract(name),
            _ when text.Contains("://", StringComparison.Ordinal)
                || text.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) =>
                Failed($"'{text}' has a scheme, {Forms}"),
            _ when text.Contains('/') => ParsePath(text),
            ['[', ..] => ParseIPv6(text),
            _ when text.LastIndexOf(':') is >= 0 and var colon => ParseIPv4OrHost(text, colon),
            _ when text.All(char.IsAsciiDigit) =>
                Failed($"'{text}' is no address: write ':{text}' for a port, './{text}' for a path"),
            _ when IPAddress.TryParse(text, out _) => Failed($"'{text}' has no port, {Forms}"),
            _ => ParsePath(text),
        };
    }

    /// <summary>An address of a UNIX socket, which is all that pools and their control know.</summary>
    public static Parsed<ListenAddress> ParseUnix(string text) => Parse(text) switch
    {
        { Ok: true, Value.IsUnix: false } => Failed($"'{text}' is no UNIX socket, expected a path or '@NAME'"),
        var parsed => parsed,
    };

    private static Parsed<ListenAddress> ParseAbstract(string name) =>
        name.Length == 0 ? Failed("'@' has no name after it")
        : Encoding.UTF8.GetByteCount(name) > MaxPathBytes - 1
            ? Failed($"the abstract name is longer than {MaxPathBytes - 1} bytes")
        : new ListenAddress(AddressKind.Abstract, name, 0);

    private static Parsed<ListenAddress> ParsePath(string text)
    {
        string path = Path.GetFullPath(text);
        int bytes = Encoding.UTF8.GetByteCount(path);
        return bytes > MaxPathBytes
            ? Failed($"the path '{path}' has {bytes} bytes, a UNIX socket takes at most {MaxPathBytes}")
            : text.EndsWith('/') || path == "/" ? Failed($"'{text}' is a directory, expected the path of a socket")
            : new ListenAddress(AddressKind.Path, path, 0);
    }

    private static Parsed<ListenAddress> ParseIPv6(string text)
    {
        int end = text.IndexOf(']');
        if (end < 0)
        {
            return Failed($"'{text}' has no closing ']', expected '[IPV6]:PORT'");
        }

        string host = text[1..end];
        if (!host.Contains(':') || !IPAddress.TryParse(host, out IPAddress? address)
            || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return Failed($"'{host}' is no IPv6 address, expected '[IPV6]:PORT'");
        }

        return text[(end + 1)..] is [':', .. var port]
            ? WithPort(AddressKind.IPv6, address.ToString(), port)
            : Failed($"'{text}' has no port, expected '[IPV6]:PORT'");
    }

    private static Parsed<ListenAddress> ParseIPv4OrHost(string text, int colon)
    {
        string host = text[..colon];
        string port = text[(colon + 1)..];
        return host switch
        {
            "" => WithPort(AddressKind.IPv4, "0.0.0.0", port),
            "*" => WithPort(AddressKind.DualStack, "*", port),
            _ when host.Contains(':') => Failed($"'{text}' has several colons, write an IPv6 address as '[IPV6]:PORT'"),
            _ when host.All(c => char.IsAsciiDigit(c) || c == '.') => IsDottedQuad(host)
                ? WithPort(AddressKind.IPv4, host, port)
                : Failed($"'{host}' is no IPv4 address, expected four numbers of 0 to 255"),
            _ when IsHostName(host) => WithPort(AddressKind.Host, host.ToLowerInvariant(), port),
            _ => Failed($"'{host}' is no host name, {Forms}"),
        };
    }

    private static Parsed<ListenAddress> WithPort(AddressKind kind, string host, string port) =>
        port.Length is > 0 and <= 5 && port.All(char.IsAsciiDigit)
        && int.Parse(port, CultureInfo.InvariantCulture) is <= IPEndPoint.MaxPort and var number
            ? new ListenAddress(kind, host, number)
            : Failed($"'{port}' is no port, expected a number of 0 to {IPEndPoint.MaxPort}");

    private static bool IsDottedQuad(string host) =>
        host.Split('.') is { Length: 4 } parts
        && parts.All(part => part is "0" or [not '0', ..] && byte.TryParse(part, CultureInfo.InvariantCulture, out _));

    // Underscores are no letters of a host name, but names in /etc/hosts and in container networks have them.
    private static bool IsHostName(string host) =>
        host.Length <= 253 && host.Split('.').All(label => label.Length is > 0 and <= 63 && label[0] != '-'
            && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    private static Parsed<ListenAddress> Failed(string error) => Parsed<ListenAddress>.Failed(error);
}
