using System.Net.Sockets;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.Harness;
using ZergPool.Roster;

namespace Zerg.Tests.Pool;

/// <summary>The pool's end of one connection.</summary>
[Parallelizable]
internal sealed class SessionTests
{
    [Test]
    [CancelAfter(30_000)]
    public async Task What_a_peer_said_before_it_went_is_read_though_nothing_can_be_sent_to_it(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("pool.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(UnixAddress.EndPoint(path));
        listener.Listen();
        using var peer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await peer.ConnectAsync(UnixAddress.EndPoint(path), cancel);
        var accepted = await listener.AcceptAsync(cancel);
        using (var channel = new FrameChannel(peer))
            await channel.SendAsync(new FailedFrame { Reason = "it broke", Output = ["its last words"] }, [], cancel);

        using var session = new Session(
            accepted, ListenAddress.Parse(path).Value!, PeerCredentials.Of(accepted), TimeSpan.FromSeconds(30));
        session.Send(new PauseFrame());
        session.Send(new PauseFrame());
        var heard = new List<Frame>();
        var problem = await session.RunAsync(
            (frame, _) =>
            {
                heard.Add(frame);
                return Task.CompletedTask;
            },
            cancel);

        Assert.That(problem, Is.Null.Or.EqualTo(Session.Silent));
        Assert.That(heard.Cast<FailedFrame>().Single().Output, Is.EqualTo(new[] { "its last words" }));
    }
}
