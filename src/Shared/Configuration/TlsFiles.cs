namespace Zerg.Configuration;

/// <summary>The absolute paths of a certificate chain and its key, both PEM; whoever serves opens them.</summary>
internal sealed record TlsFiles(string Certificate, string Key)
{
    /// <summary>Takes the address of <c>ADDRESS[,CERT,KEY]</c> and its files apart.</summary>
    /// <remarks>uWSGI goes on with ciphers and a client's CA; those are refused, not silently left out.</remarks>
    public static Parsed<string> Split(string text, out TlsFiles? files)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        files = null;
        if (parts.Length is not (1 or 3) || parts.Contains(""))
        {
            return Parsed<string>.Failed($"'{text}' is no address with its files, expected 'ADDRESS' or 'ADDRESS,CERT,KEY'");
        }

        if (parts.Length == 3)
        {
            files = new TlsFiles(Path.GetFullPath(parts[1]), Path.GetFullPath(parts[2]));
        }

        return parts[0];
    }
}
