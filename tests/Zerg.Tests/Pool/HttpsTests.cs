using System.Net;
using Zerg.Tests.AspNetCore;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>From <c>shared-socket: :443,CERT,KEY</c> and <c>https: =1</c> to an answer over TLS.</summary>
internal sealed class HttpsTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task An_https_socket_of_the_pool_is_served_with_the_files_it_names(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var certificate = new TestCertificate(directory, "localhost");
        await using var pool = await PoolProcess.StartInAsync(
            null,
            [
                "--zerg-pool", "DIR/pool.sock", "--shared-socket", "127.0.0.1:0", "--http", "=0",
                "--shared-socket", $"127.0.0.1:0,{certificate.Path},{certificate.Key}", "--https", "=1",
            ],
            null, cancel);
        var sockets = (await pool.StatusAsync(cancel)).GetProperty("sockets").EnumerateArray().ToList();
        Assert.That(
            sockets.Select(socket => socket.GetProperty("protocol").GetString()), Is.EqualTo(new[] { "http", "https" }));

        using var app = ChildProcess.Start(
            "dotnet", [ProgramFiles.Hello],
            new Dictionary<string, string?> { ["ZERG"] = pool.Path, ["ZERG_RELEASE"] = "tls", ["LISTEN_PID"] = null });
        await pool.StateAsync(1, "accepting", cancel);

        string? seen = null;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => (seen = shown?.GetCertHashString()) is not null },
        });
        var addresses = sockets.ConvertAll(socket => IPEndPoint.Parse(socket.GetProperty("address").GetString()!));
        Assert.That((await client.GetAsync(new Uri($"http://{addresses[0]}/"), cancel)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await client.GetAsync(new Uri($"https://{addresses[1]}/"), cancel)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(seen, Is.EqualTo(certificate.Hash));
    }
}
