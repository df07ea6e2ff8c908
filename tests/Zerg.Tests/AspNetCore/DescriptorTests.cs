using System.Net.Sockets;
using Zerg.StrictClient;
using Zerg.Tests.Guarantees;
using Zerg.Tests.Harness;

namespace Zerg.Tests.AspNetCore;

/// <summary>An app whose clients take all of its descriptors.</summary>
internal sealed class DescriptorTests : GuaranteeFixture
{
    private const int Limit = 250;

    [Test, CancelAfter(60_000)]
    public async Task It_serves_on_and_hands_over(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        Stage.Start(
            "r0", "prlimit", [$"--nofile={Limit}", "dotnet", ProgramFiles.Hello],
            ("ZERG", Stage.Path), ("ZERG_RELEASE", "r0"));
        await Stage.StatusAsync(status => Stage.Accepting(status).Any(), cancel);
        var crowd = new List<Socket>();
        try
        {
            for (var number = 0; number < Limit; number++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                crowd.Add(socket);
                await socket.ConnectAsync(Stage.EndPoint, cancel);
            }

            await Stage.Cast("r0").OutputAsync("hardly any descriptor is left", cancel);

            // Whoever came first is served, and the rest waits for the next release.
            await crowd[0].SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), cancel);
            Assert.That(await crowd[0].ReceiveAsync(new byte[1024], cancel), Is.GreaterThan(0));
            await Stage.RollOutAsync("r1", cancel);
            await crowd[^1].SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), cancel);
            Assert.That(await crowd[^1].ReceiveAsync(new byte[1024], cancel), Is.GreaterThan(0));
        }
        finally
        {
            crowd.ForEach(socket => socket.Dispose());
        }

        Assert.That(await Stage.Cast("r0").ExitAsync(cancel), Is.Zero);
        var after = new Crowd(Stage).Add("one connection a request", 50, o => o with { Mode = LoadMode.PerConnection });
        await after.SeesAsync("r1", cancel);
        await after.LeaveAsync("r1");
    }
}
