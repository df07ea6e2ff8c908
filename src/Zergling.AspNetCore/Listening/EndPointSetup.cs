using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Zerg;

namespace Zergling.AspNetCore.Listening;

/// <summary>
/// Gives Kestrel its endpoints: last of all, when the sockets are known and every default that applies to them is set.
/// </summary>
internal sealed class EndPointSetup(ListenerSet listeners, IOptions<KestrelServerOptions> kestrel)
{
    /// <exception cref="ZergException">An address speaks https, and there is no certificate for it.</exception>
    public void Apply()
    {
        listeners.Bind();
        foreach (var listener in listeners.All)
            kestrel.Value.Listen(listener.EndPoint, endPoint => Configure(listener, endPoint));
    }

    private void Configure(ZergListener listener, ListenOptions endPoint)
    {
        // The app may have TLS for all of its endpoints already; twice is once too often.
        if (listener.IsSecure && !IsTls(endPoint))
            Secure(endPoint);
        listener.IsTls = IsTls(endPoint);
        listener.Protocols = endPoint.Protocols;
        endPoint.Use(next => connection =>
        {
            if (IsHttp2(connection, endPoint))
                connection.Features.Get<TrackedConnection>()?.Multiplex(connection);
            return next(connection);
        });
    }

    // As Kestrel decides it: agreed on by ALPN, or nothing else is spoken.
    private static bool IsHttp2(ConnectionContext connection, ListenOptions endPoint)
        => connection.Features.Get<ITlsApplicationProtocolFeature>() is { } tls
            ? tls.ApplicationProtocol.Span.SequenceEqual("h2"u8)
            : endPoint.Protocols == HttpProtocols.Http2;

    // That it speaks TLS is told by nothing but its name.
    private static bool IsTls(ListenOptions endPoint)
        => endPoint.ToString()!.StartsWith("https:", StringComparison.Ordinal);

    private void Secure(ListenOptions endPoint)
    {
        try
        {
            endPoint.UseHttps(Present);
            if (listeners.WithoutCertificate is null)
                return;

            // Kestrel looks for the app's own certificate when it binds, where nobody could tell for which address.
            kestrel.Value.ConfigurationLoader?.Load();
            endPoint.Build();
        }
        catch (Exception problem) when (problem is not ZergException)
        {
            throw new ZergException(
                $"'{listeners.WithoutCertificate ?? endPoint.ToString()}' speaks https: the pool names no certificate "
                + $"(option https), and the app has none of its own: {problem.Message.Split('\n')[0].Trim()}",
                ExitCodes.Configuration, problem);
        }
    }

    // Each connection has the certificate of the socket it came through; the app's own is for those without.
    private void Present(HttpsConnectionAdapterOptions https)
    {
        if (listeners.WithoutCertificate is null)
            https.ServerCertificateSelector = (_, _) => null;
        var apps = https.OnAuthenticate;
        https.OnAuthenticate = (connection, tls) =>
        {
            if (connection.Features.Get<TrackedConnection>()?.Certificate is { } certificate)
            {
                tls.ServerCertificateSelectionCallback = null;
                tls.ServerCertificate = null;
                tls.ServerCertificateContext = certificate;
            }

            apps?.Invoke(connection, tls);
        };
    }
}
