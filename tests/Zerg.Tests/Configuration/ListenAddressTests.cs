using System.Net;
using System.Net.Sockets;
using Zerg.Configuration;

namespace Zerg.Tests.Configuration;

internal sealed class ListenAddressTests
{
    [TestCase(":80", AddressKind.IPv4, "0.0.0.0:80")]
    [TestCase(" :80 ", AddressKind.IPv4, "0.0.0.0:80")]
    [TestCase(":0", AddressKind.IPv4, "0.0.0.0:0")]
    [TestCase("1.2.3.4:65535", AddressKind.IPv4, "1.2.3.4:65535")]
    [TestCase("[::]:80", AddressKind.IPv6, "[::]:80")]
    [TestCase("[::1]:080", AddressKind.IPv6, "[::1]:80")]
    [TestCase("[2001:DB8:0:0::1]:80", AddressKind.IPv6, "[2001:db8::1]:80")]
    [TestCase("*:80", AddressKind.DualStack, "*:80")]
    [TestCase("LocalHost:80", AddressKind.Host, "localhost:80")]
    [TestCase("my_app.example.org:80", AddressKind.Host, "my_app.example.org:80")]
    [TestCase("/run/app.sock", AddressKind.Path, "/run/app.sock")]
    [TestCase("/run//x/../a:b.sock", AddressKind.Path, "/run/a:b.sock")]
    [TestCase("@app", AddressKind.Abstract, "@app")]
    [TestCase("@app:80", AddressKind.Abstract, "@app:80")]
    public void Every_form_has_one_canonical_text(string text, AddressKind kind, string canonical)
    {
        Parsed<ListenAddress> parsed = ListenAddress.Parse(text);

        Assert.That(parsed.Error, Is.Null);
        Assert.That(parsed.Value!.Kind, Is.EqualTo(kind));
        Assert.That(parsed.Value.ToString(), Is.EqualTo(canonical));
        Assert.That(ListenAddress.Parse(canonical).Value, Is.EqualTo(parsed.Value));
    }

    [TestCase("app.sock")]
    [TestCase("./8080")]
    public void A_text_without_a_colon_is_a_path_below_the_working_directory(string text) =>
        Assert.That($"{ListenAddress.Parse(text).Value}", Is.EqualTo(Path.GetFullPath(text)));

    [TestCase("", "is empty, expected ':PORT', 'HOST:PORT', '[IPV6]:PORT', '*:PORT', a path, or '@NAME'")]
    [TestCase("127.0.0.1:http", "'http' is no port, expected a number of 0 to 65535")]
    [TestCase(":65536", "'65536' is no port, expected a number of 0 to 65535")]
    [TestCase(":-1", "'-1' is no port, expected a number of 0 to 65535")]
    [TestCase("*:", "'' is no port, expected a number of 0 to 65535")]
    [TestCase("8080", "'8080' is no address: write ':8080' for a port, './8080' for a path")]
    [TestCase("1.2.3.4", "'1.2.3.4' has no port")]
    [TestCase("1.2.3:80", "'1.2.3' is no IPv4 address, expected four numbers of 0 to 255")]
    [TestCase("1.2.3.400:80", "'1.2.3.400' is no IPv4 address")]
    [TestCase("01.2.3.4:80", "'01.2.3.4' is no IPv4 address")]
    [TestCase("::1:80", "'::1:80' has several colons, write an IPv6 address as '[IPV6]:PORT'")]
    [TestCase("[::1]", "'[::1]' has no port, expected '[IPV6]:PORT'")]
    [TestCase("[::1", "'[::1' has no closing ']'")]
    [TestCase("[1.2.3.4]:80", "'1.2.3.4' is no IPv6 address")]
    [TestCase("[::1]80", "'[::1]80' has no port")]
    [TestCase("a b:80", "'a b' is no host name")]
    [TestCase("-a:80", "'-a' is no host name")]
    [TestCase("eth*:80", "'eth*' is no host name")]
    [TestCase("@", "'@' has no name after it")]
    [TestCase("/run/", "'/run/' is a directory")]
    [TestCase("fd://3", "'fd://3' has a scheme")]
    [TestCase("unix:/run/a.sock", "'unix:/run/a.sock' has a scheme")]
    [TestCase("/run/a\nb", "has control characters")]
    public void What_is_no_address_is_told_what_was_expected(string text, string error)
    {
        Parsed<ListenAddress> parsed = ListenAddress.Parse(text);

        Assert.That(parsed.Ok, Is.False);
        Assert.That(parsed.Error, Does.Contain(error));
    }

    [Test]
    public void A_path_takes_107_bytes_and_no_more()
    {
        Assert.That(ListenAddress.Parse("/" + new string('a', 106)).Ok, Is.True);
        Assert.That(ListenAddress.Parse("/é" + new string('a', 104)).Ok, Is.True);
        Assert.That(
            ListenAddress.Parse("/é" + new string('a', 105)).Error,
            Does.EndWith("has 108 bytes, a UNIX socket takes at most 107"));
        Assert.That(ListenAddress.Parse("@" + new string('a', 106)).Ok, Is.True);
        Assert.That(
            ListenAddress.Parse("@" + new string('a', 107)).Error,
            Is.EqualTo("the abstract name is longer than 106 bytes"));
    }

    [TestCase(":80", "0.0.0.0:80", false)]
    [TestCase("[::1]:80", "[::1]:80", false)]
    [TestCase("*:80", "[::]:80", true)]
    public void Resolving_gives_one_end_point(string text, string endPoint, bool dualMode)
    {
        BindTarget target = ListenAddress.Parse(text).Value!.Resolve().Single();

        Assert.That(target.EndPoint, Is.EqualTo(IPEndPoint.Parse(endPoint)));
        Assert.That(target.DualMode, Is.EqualTo(dualMode));
    }

    [Test]
    public void A_host_resolves_to_all_of_its_addresses() =>
        Assert.That(
            ListenAddress.Parse("localhost:80").Value!.Resolve().Select(target => target.EndPoint),
            Does.Contain(new IPEndPoint(IPAddress.Loopback, 80)));

    [Test]
    public void An_abstract_name_ends_in_a_nul_as_uwsgi_writes_it()
    {
        string name = $"zerg-test-{Environment.ProcessId}";
        var endPoint = ListenAddress.Parse($"@{name}").Value!.Resolve().Single().EndPoint;
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(endPoint);
        listener.Listen();

        Assert.That(File.ReadAllText("/proc/net/unix"), Does.Contain($"@{name}@\n"));
    }

    [Test]
    public void A_chosen_port_replaces_0() =>
        Assert.That($"{ListenAddress.Parse("*:0").Value!.WithPort(81)}", Is.EqualTo("*:81"));
}
