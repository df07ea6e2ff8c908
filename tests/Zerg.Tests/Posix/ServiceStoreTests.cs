using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Posix;

/// <summary>A service manager keeps descriptors and passes them to the next start.</summary>
[CancelAfter(20_000)]
internal sealed class ServiceStoreTests
{
    private const string Show =
        """
        import os, socket
        print(os.environ.get("LISTEN_PID") == str(os.getpid()), os.environ.get("LISTEN_FDNAMES"), flush=True)
        for n in range(int(os.environ.get("LISTEN_FDS", 0))): print("port", socket.socket(fileno=3 + n).getsockname()[1])
        print("end", flush=True)
        """;

    [Test]
    public async Task What_is_stored_is_passed_and_what_is_forgotten_is_not(CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        using var manager = new ServiceManager(temporary.Path);
        using var notifier = new ServiceNotifier(manager.NotifyPath);
        var address = ListenAddress.Parse("127.0.0.1:0").Value!;
        using var one = ListeningSocket.Bind(address.Resolve()[0], address, 10);
        using var two = ListeningSocket.Bind(address.Resolve()[0], address, 10);

        Assert.That(notifier.Store("one", one.Descriptor));
        Assert.That(notifier.Store("one", one.Descriptor));
        Assert.That(notifier.Store("two", two.Descriptor));
        await manager.KeepsAsync(["one", "two"], cancel);
        Assert.That(
            await Passed(manager, cancel),
            Is.EqualTo(new[] { "True one:two", $"port {one.Address.Port}", $"port {two.Address.Port}" }));

        Assert.That(notifier.Forget("one"));
        await manager.KeepsAsync(["two"], cancel);
        Assert.That(await Passed(manager, cancel), Is.EqualTo(new[] { "True two", $"port {two.Address.Port}" }));
        Assert.That(manager.Told.Lines, Has.Some.EqualTo("FDSTORE=1 FDNAME=two FDPOLL=0"));
    }

    [TestCase("")]
    [TestCase("a:b")]
    [TestCase("a\nREADY=1")]
    [TestCase("\u00e4")]
    public void A_name_that_is_none_is_not_sent(string name)
    {
        using var temporary = new TemporaryDirectory();
        using var manager = new ServiceManager(temporary.Path);
        using var notifier = new ServiceNotifier(manager.NotifyPath);
        using var pipe = Pipe.Create();
        Assert.That(notifier.Store(name, pipe.Read), Is.False);
        Assert.That(notifier.Store(new string('x', 256), pipe.Read), Is.False);
        Assert.That(notifier.Forget(name), Is.False);
    }

    [Test]
    public void Without_a_manager_nothing_is_stored()
    {
        using var pipe = Pipe.Create();
        using var nobody = new ServiceNotifier(null);
        using var gone = new ServiceNotifier("/nowhere/at/all");
        Assert.That(nobody.Store("x", pipe.Read), Is.False);
        Assert.That(gone.Store("x", pipe.Read), Is.False);
        Assert.That(gone.Forget("x"), Is.False);
    }

    private static async Task<IReadOnlyList<string>> Passed(ServiceManager manager, CancellationToken cancel)
    {
        using var program = ChildProcess.Start(
            manager.Prefix[0], [.. manager.Prefix.Skip(1), "/usr/bin/python3", "-c", Show]);
        await program.OutputAsync("end", cancel);
        return [.. program.Output.Lines.SkipLast(1)];
    }
}
