using Zerg.Configuration;

namespace Zerg.Tests.Configuration;

internal sealed class SocketNamesTests
{
    [TestCase(":80", SocketProtocol.Http, "http-80")]
    [TestCase(":0", SocketProtocol.Any, "any-0")]
    [TestCase("/run/a:b é.sock", SocketProtocol.Uwsgi, "uwsgi-a_b__.sock")]
    [TestCase("@x:y/z", SocketProtocol.Http, "http-x_y_z")]
    public void A_name_is_safe_in_LISTEN_FDNAMES(string address, SocketProtocol protocol, string name) =>
        Assert.That(SocketNames.Assign([Spec(address, protocol)])[0].Name, Is.EqualTo(name));

    [Test]
    public void Names_are_unique() =>
        Assert.That(
            SocketNames.Assign(
            [
                Spec("1.1.1.1:80", SocketProtocol.Http), Spec("2.2.2.2:80", SocketProtocol.Http),
                Spec("@80-2", SocketProtocol.Http), Spec("3.3.3.3:80", SocketProtocol.Http),
            ]).Select(socket => socket.Name),
            Is.EqualTo(new[] { "http-80", "http-80-2", "http-80-2-2", "http-80-3" }));

    private static ListenSpec Spec(string address, SocketProtocol protocol) =>
        new(ListenAddress.Parse(address).Value!, protocol, default);
}
