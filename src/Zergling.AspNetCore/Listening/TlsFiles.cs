using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Zerg;

namespace Zergling.AspNetCore.Listening;

/// <summary>Reads the certificate that a pool names for a socket.</summary>
internal static class TlsFiles
{
    /// <summary>The certificate with the rest of its chain; null when the pool names none.</summary>
    /// <exception cref="IOException">A file cannot be read, or is no certificate; the message names them.</exception>
    public static SslStreamCertificateContext? Load(ZergSocket socket)
    {
        if (socket.Certificate is not { } path)
            return null;
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(path, socket.Key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(path);

            // Offline: a start that waits for the servers of an authority is no start.
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            var files = socket.Key is { } key ? $"'{path}' and '{key}'" : $"'{path}'";
            throw new IOException($"no certificate from {files}: {problem.Message}", problem);
        }
    }
}
