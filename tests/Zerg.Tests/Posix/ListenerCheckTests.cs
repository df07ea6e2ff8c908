using System.Net;
using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Posix;

internal sealed class ListenerCheckTests
{
    [TestCase("127.0.0.1:0")]
    [TestCase("[::1]:0")]
    [TestCase("[::]:0")]
    [TestCase("*:0")]
    [TestCase("DIR/app.sock")]
    [TestCase("@zt-check")]
    public void What_was_bound_for_an_address_is_what_it_wants(string text)
    {
        using var temporary = new TemporaryDirectory();
        using var bound = Bind(text, temporary, out var target);
        Assert.That(ListenerCheck.WhyNot(bound.Descriptor, target), Is.Null);
    }

    [TestCase("127.0.0.1:0", "[::1]:1", "is no IPv6 TCP socket")]
    [TestCase("[::1]:0", "127.0.0.1:1", "is no IPv4 TCP socket")]
    [TestCase("127.0.0.1:0", "DIR/app.sock", "is no UNIX socket")]
    [TestCase("DIR/app.sock", "127.0.0.1:1", "is no IPv4 TCP socket")]
    [TestCase("DIR/app.sock", "DIR/b.sock", "is bound to 'DIR/app.sock'")]
    [TestCase("@zt-check-a", "@zt-check-b", "is bound to '@zt-check-a'")]
    [TestCase("DIR/app.sock", "@zt-check-b", "is bound to 'DIR/app.sock'")]
    public void Another_kind_or_name_is_said(string text, string wanted, string reason)
    {
        using var temporary = new TemporaryDirectory();
        using var bound = Bind(text, temporary, out _);
        var target = Address(wanted, temporary).Resolve()[0];
        Assert.That(
            ListenerCheck.WhyNot(bound.Descriptor, target), Is.EqualTo(reason.Replace("DIR", temporary.Path)));
    }

    [Test]
    public void Another_port_or_address_is_said()
    {
        using var temporary = new TemporaryDirectory();
        using var bound = Bind("127.0.0.1:0", temporary, out var target);
        var port = ((IPEndPoint)target.EndPoint).Port;
        foreach (var other in new[] { $"127.0.0.2:{port}", $":{port}", "127.0.0.1:1" })
        {
            Assert.That(
                ListenerCheck.WhyNot(bound.Descriptor, Address(other, temporary).Resolve()[0]),
                Is.EqualTo($"is bound to 127.0.0.1:{port}"), other);
        }
    }

    [Test]
    public void IPv6_with_and_without_IPv4_are_two_things()
    {
        using var temporary = new TemporaryDirectory();
        using var dual = Bind("*:0", temporary, out var ofDual);
        using var only = Bind("[::]:0", temporary, out var ofOnly);
        Assert.That(
            ListenerCheck.WhyNot(dual.Descriptor, ofDual with { DualMode = false }),
            Is.EqualTo("takes IPv4 as well (no IPV6_V6ONLY)"));
        Assert.That(
            ListenerCheck.WhyNot(only.Descriptor, ofOnly with { DualMode = true }),
            Is.EqualTo("takes no IPv4 (IPV6_V6ONLY)"));
    }

    [Test]
    public void What_does_not_listen_is_said()
    {
        using var temporary = new TemporaryDirectory();
        using var tcp = Bind("127.0.0.1:0", temporary, out var ofTcp);
        using var unix = Bind("DIR/app.sock", temporary, out var ofUnix);
        Syscall.shutdown(tcp.Descriptor.Number, ShutdownOption.SHUT_RDWR);
        Syscall.shutdown(unix.Descriptor.Number, ShutdownOption.SHUT_RDWR);
        Assert.That(ListenerCheck.WhyNot(tcp.Descriptor, ofTcp), Is.EqualTo("does not listen"));
        Assert.That(ListenerCheck.WhyNot(unix.Descriptor, ofUnix), Is.EqualTo("was shut down"));
    }

    [Test]
    public void What_is_no_such_socket_at_all_is_said()
    {
        var target = ListenAddress.Parse("127.0.0.1:1").Value!.Resolve()[0];
        using var pipe = Pipe.Create();
        Assert.That(ListenerCheck.WhyNot(pipe.Read, target), Is.EqualTo("is no socket"));
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var descriptor = FileDescriptor.Duplicate(udp.SafeHandle);
        Assert.That(ListenerCheck.WhyNot(descriptor, target), Is.EqualTo("is no stream socket"));
    }

    [Test]
    public void A_file_that_is_another_one_now_is_said()
    {
        using var temporary = new TemporaryDirectory();
        using var bound = Bind("DIR/app.sock", temporary, out var target);
        var path = temporary.File("app.sock");
        File.Delete(path);
        Assert.That(
            ListenerCheck.WhyNot(bound.Descriptor, target), Is.EqualTo($"is not what '{path}' leads to any more"));
        using var other = Bind("DIR/app.sock", temporary, out _);
        Assert.That(
            ListenerCheck.WhyNot(bound.Descriptor, target), Is.EqualTo($"is not what '{path}' leads to any more"));
        Assert.That(ListenerCheck.WhyNot(other.Descriptor, target), Is.Null);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_name_that_was_relative_or_went_through_a_link_is_the_same_file(CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        Directory.CreateDirectory(temporary.File("run"));
        File.CreateSymbolicLink(temporary.File("link"), temporary.File("run"));
        foreach (var name in new[] { "a.sock", $"{temporary.File("link")}/a.sock" })
        {
            using var server = PythonListener.Start(name, temporary.File("run"));
            await server.ListeningAsync(cancel);
            var target = Address("DIR/run/a.sock", temporary).Resolve()[0];
            using var taken = ForeignListener.Take(target, out var reason)?.Descriptor;
            Assert.That(reason, Is.Empty);
            Assert.That(ListenerCheck.WhyNot(taken!, target), Is.Null);
            File.Delete(temporary.File("run/a.sock"));
        }
    }

    private static ListenAddress Address(string text, TemporaryDirectory temporary)
        => ListenAddress.Parse(text.Replace("DIR", temporary.Path, StringComparison.Ordinal)).Value!;

    private static ListeningSocket Bind(string text, TemporaryDirectory temporary, out BindTarget target)
    {
        var address = Address(text, temporary);
        var bound = ListeningSocket.Bind(address.Resolve()[0], address, 10);
        target = bound.Address.Resolve()[0];
        return bound;
    }
}
