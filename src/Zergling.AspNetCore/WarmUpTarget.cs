namespace Zergling.AspNetCore;

/// <summary>What the app is asked for before it is ready.</summary>
/// <param name="Host">The Host that is sent: one that the app answers to.</param>
/// <param name="Path">Path and query, without the first slash.</param>
internal sealed record WarmUpTarget(string Host, string Path)
{
    private const string AnyHost = "localhost";

    /// <summary>Reads a path, or http://HOST/PATH; without a host the first one that the app allows is sent.</summary>
    public static WarmUpTarget Of(string text, IEnumerable<string> allowedHosts)
    {
        if (!text.StartsWith('/') && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https")
            return new WarmUpTarget(uri.Authority, uri.PathAndQuery.TrimStart('/'));
        return new WarmUpTarget(Allowed(allowedHosts.FirstOrDefault() ?? "*"), text.TrimStart('/'));
    }

    // As the host filter of ASP.NET Core writes them; *.example.com is any name under that one, and not that one.
    private static string Allowed(string host) => host switch
    {
        "" or "*" or "[::]" or "0.0.0.0" => AnyHost,
        _ when host.StartsWith("*.", StringComparison.Ordinal) => "www" + host[1..],
        _ => host,
    };
}
