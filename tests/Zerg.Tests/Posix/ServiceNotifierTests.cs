using System.Net.Sockets;
using System.Text;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Posix;

internal sealed class ServiceNotifierTests
{
    [Test]
    public void Without_a_manager_every_call_does_nothing()
    {
        using var notifier = new ServiceNotifier(null);
        Assert.That(() => notifier.Ready("x"), Throws.Nothing);
    }

    [Test]
    public void A_manager_that_is_gone_does_no_harm()
    {
        using var notifier = new ServiceNotifier("/nowhere/at/all");
        Assert.That(() => notifier.Stopping("x"), Throws.Nothing);
    }

    [Test]
    public void The_receiver_knows_the_sender_and_closes_what_comes_along()
    {
        using var temporary = new TemporaryDirectory();
        using var receiver = new NotifySocket(temporary.File("notify"));
        using var notifier = new ServiceNotifier(receiver.Path);
        Assert.That(receiver.TryReceive(), Is.Null);
        notifier.Ready("warm");

        var notification = receiver.TryReceive()!.Value;
        Assert.That(notification.Pid, Is.EqualTo(Environment.ProcessId));
        Assert.That(notification.IsReady, Is.True);
        Assert.That(notification.Status, Is.EqualTo("warm"));

        using var sender = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        sender.Connect(new UnixDomainSocketEndPoint(receiver.Path));
        using var pipe = Pipe.Create();
        _ = Ancillary.Send(sender.SafeHandle, "FDSTORE=1"u8, [pipe.Read.Number, pipe.Write.Number]);

        // Of this very pipe: others of this process are closed whenever they are collected.
        var ends = ProcFiles.Descriptors(Environment.ProcessId)[pipe.Read.Number];
        Assert.That(receiver.TryReceive()!.Value.IsReady, Is.False);
        Assert.That(ends, Does.StartWith("pipe:"));
        Assert.That(ProcFiles.Descriptors(Environment.ProcessId).Values.Count(each => each == ends), Is.EqualTo(2));
    }

    [Test]
    public void An_abstract_name_is_reached()
    {
        var name = $"zt-{Guid.NewGuid()}";
        using var receiver = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        receiver.Bind(new UnixDomainSocketEndPoint($"\0{name}"));
        using var notifier = new ServiceNotifier($"@{name}");
        notifier.Status("here");

        var buffer = new byte[100];
        Assert.That(Encoding.UTF8.GetString(buffer, 0, receiver.Receive(buffer)), Is.EqualTo("STATUS=here"));
    }
}
