using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Posix;

/// <summary>Listeners of other processes, found and taken.</summary>
[CancelAfter(20_000)]
internal sealed class ForeignListenerTests
{
    private TemporaryDirectory _temporary = null!;

    [SetUp]
    public void SetUp() => _temporary = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _temporary.Dispose();

    [TestCase("127.0.0.1:0", "")]
    [TestCase("::1:0", "")]
    [TestCase("DIR/app.sock", "")]
    [TestCase("@zt-foreign", "")]
    [TestCase("127.0.0.1:0", "fork")]
    public async Task One_is_taken_and_stays_where_it_was(string address, string options, CancellationToken cancel)
    {
        RequireRoot();
        using var server = Start(address, options);
        var target = Target(await server.ListeningAsync(cancel));
        using var taken = ForeignListener.Take(target, out var reason)?.Descriptor;

        Assert.That(reason, Is.Empty);
        Assert.That(ListenerTable.At(target), Is.EqualTo(new[] { taken!.Inode }));
        Assert.That(SocketHolders.Holds(server.Pid, new HashSet<ulong> { taken.Inode }), Is.True);
    }

    [TestCase("*", "", "")]
    [TestCase("[::]", "only", "")]
    [TestCase("*", "only", "takes no IPv4 (IPV6_V6ONLY)")]
    [TestCase("[::]", "", "takes IPv4 as well (no IPV6_V6ONLY)")]
    public async Task IPv6_is_taken_for_what_it_is(string host, string options, string why, CancellationToken cancel)
    {
        RequireRoot();
        using var server = Start(":::0", options);
        var port = (await server.ListeningAsync(cancel)).Split(':')[^1];
        using var taken = ForeignListener.Take(Target($"{host}:{port}"), out var reason)?.Descriptor;

        Assert.That(taken is null, Is.EqualTo(why.Length > 0));
        Assert.That(reason, Is.EqualTo(why.Length > 0 ? $"the socket of pid {server.Pid} (python3) {why}" : ""));
    }

    [Test]
    public async Task What_only_covers_the_address_is_not_taken(CancellationToken cancel)
    {
        using var server = Start("0.0.0.0:0");
        var port = (await server.ListeningAsync(cancel)).Split(':')[^1];
        Assert.That(ForeignListener.Take(Target($"127.0.0.1:{port}"), out var reason), Is.Null);
        Assert.That(
            reason, Is.EqualTo($"nobody listens at that very address, held by pid {server.Pid} (python3)"));
    }

    [Test]
    public async Task What_listens_beside_it_has_nothing_to_do_with_it(CancellationToken cancel)
    {
        using var server = Start("127.0.0.1:0");
        var port = (await server.ListeningAsync(cancel)).Split(':')[^1];
        Assert.That(ForeignListener.Take(Target($"127.0.0.2:{port}"), out var reason), Is.Null);
        Assert.That(reason, Is.EqualTo("nobody listens at that very address"));
    }

    [Test]
    public async Task Of_a_SO_REUSEPORT_group_none_is_taken(CancellationToken cancel)
    {
        using var server = Start("127.0.0.1:0", "reuseport", 3);
        var target = Target(await server.ListeningAsync(cancel));
        Assert.That(ForeignListener.Take(target, out var reason), Is.Null);
        Assert.That(
            reason,
            Is.EqualTo($"3 sockets share that address (SO_REUSEPORT), held by pid {server.Pid} (python3)"));
    }

    [Test]
    public async Task A_group_of_one_is_taken(CancellationToken cancel)
    {
        RequireRoot();
        using var server = Start("127.0.0.1:0", "reuseport");
        var target = Target(await server.ListeningAsync(cancel));
        using var taken = ForeignListener.Take(target, out _)?.Descriptor;
        Assert.That(ListenerOptions.IsOneOfSeveral(taken!.Number));
    }

    [Test]
    public async Task None_but_those_asked_for_are_taken(CancellationToken cancel)
    {
        RequireRoot();
        using var server = Start("127.0.0.1:0");
        var target = Target(await server.ListeningAsync(cancel));
        Assert.That(ForeignListener.Take(target, out var reason, new HashSet<ulong> { 1 }), Is.Null);
        Assert.That(reason, Is.EqualTo($"another socket listens there, held by pid {server.Pid} (python3)"));
        Assert.That(ForeignListener.Take(target, out reason, mayTake: pid => pid != server.Pid), Is.Null);
        Assert.That(reason, Is.EqualTo($"none of the processes asked for has it, held by pid {server.Pid} (python3)"));
        var inode = ListenerTable.At(target).Single();
        using var taken = ForeignListener.Take(
            target, out _, new HashSet<ulong> { inode }, pid => pid == server.Pid)?.Descriptor;
        Assert.That(taken!.Inode, Is.EqualTo(inode));
    }

    [Test]
    public async Task A_path_that_leads_to_another_socket_by_now_has_only_that_one(CancellationToken cancel)
    {
        RequireRoot();
        using var former = Start("DIR/app.sock");
        await former.ListeningAsync(cancel);
        File.Delete(_temporary.File("app.sock"));
        using var present = Start("DIR/app.sock");
        await present.ListeningAsync(cancel);
        var taken = ForeignListener.Take(Target(_temporary.File("app.sock")), out _);
        using var descriptor = taken!.Descriptor;
        Assert.That(taken.Pid, Is.EqualTo(present.Pid));
    }

    private static void RequireRoot() => Assume.That(Environment.IsPrivilegedProcess, "root alone may take");

    private PythonListener Start(string address, string options = "", int copies = 1) => PythonListener.Start(
        address.Replace("DIR", _temporary.Path, StringComparison.Ordinal), options: options, copies: copies);

    private static BindTarget Target(string text)
    {
        var address = text.StartsWith("::1:", StringComparison.Ordinal) ? $"[::1]{text[3..]}" : text;
        return ListenAddress.Parse(address).Value!.Resolve()[0];
    }
}
