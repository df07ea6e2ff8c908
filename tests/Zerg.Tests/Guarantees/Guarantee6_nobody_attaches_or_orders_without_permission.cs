using System.Net.Sockets;
using Zerg.StrictClient;
using Zerg.Tests.AspNetCore;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>Processes of another user, each permission by itself, while the release of root serves.</summary>
[Category("Root")]
internal sealed class Guarantee6_nobody_attaches_or_orders_without_permission : GuaranteeFixture
{
    private const string Stranger = "65534";

    // Whom a list names, so that the socket's file is open to all.
    private const string SomebodyElse = "4242";

    private static readonly string[] s_asStranger =
        ["setpriv", $"--reuid={Stranger}", $"--regid={Stranger}", "--clear-groups"];

    private Crowd _crowd = null!;

    [SetUp]
    public void AssumeRoot() => Assume.That(Environment.UserName, Is.EqualTo("root"), "needs to become another user");

    [Test, CancelAfter(60_000)]
    public async Task Not_when_the_socket_files_keep_it_out(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var intruder = Intrude("intruder");
        await Proof.RefusedAsync(intruder, ExitCodes.NotPermitted, cancel);
        Proof.Refused((await OrderAsync("pause", cancel)).ExitCode, Is.EqualTo(ExitCodes.NotPermitted));
        Proof.Refused((await OrderAsync("stop", cancel)).ExitCode, Is.EqualTo(ExitCodes.NotPermitted));
        await UndisturbedAsync(cancel);
        Assert.That(Stage.Pool.Error.Lines, Has.None.Contains($"uid {Stranger}"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Not_when_the_socket_files_let_everybody_in(CancellationToken cancel)
    {
        await ServeAsync(cancel, "--allow-uid", SomebodyElse, "--control-uid", SomebodyElse);
        var intruder = Intrude("intruder");
        await Proof.RefusedAsync(intruder, ExitCodes.NotPermitted, cancel);
        await Stage.Pool.ErrorAsync(
            $"uid {Stranger} gid {Stranger} pid {intruder.Pid} may not attach, refused", cancel);
        foreach (var order in (string[])["pause", "resume", "drain", "stop"])
        {
            Proof.Refused((await OrderAsync(order, cancel)).ExitCode, Is.EqualTo(ExitCodes.NotPermitted), order);
            await Stage.Pool.ErrorAsync($"order '{order}' of uid {Stranger} gid {Stranger}", cancel);
        }

        await UndisturbedAsync(cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task Who_may_attach_may_take_over_but_not_order(CancellationToken cancel)
    {
        await ServeAsync(cancel, "--allow-uid", Stranger);
        var from = Stage.Pool.Error.Lines.Count;
        await Stage.TakesOverAsync(Intrude("permitted"), "permitted", from, cancel);
        await _crowd.SeesAsync("permitted", cancel);
        Assert.That(
            Stage.Accepting(await Stage.StatusAsync(cancel)).Select(one => (one.Release, one.Uid)),
            Is.EqualTo([("permitted", uint.Parse(Stranger, System.Globalization.CultureInfo.InvariantCulture))]));

        var (status, _, error) = await OrderAsync("drain", cancel, "2");
        Proof.Refused(status, Is.EqualTo(ExitCodes.NotPermitted));
        Assert.That(error, Does.Contain("control-uid"));
        await _crowd.GoesOnAsync(100, cancel);
        await _crowd.LeaveAsync("mine", "permitted");
    }

    [Test, CancelAfter(60_000)]
    public async Task Who_may_order_may_not_attach(CancellationToken cancel)
    {
        await ServeAsync(cancel, "--allow-uid", SomebodyElse, "--control-uid", Stranger);
        await Proof.RefusedAsync(Intrude("intruder"), ExitCodes.NotPermitted, cancel);
        await Stage.Pool.ErrorAsync("may not attach, refused", cancel);

        // A pause of the only one makes clients wait; it loses none of them.
        Assert.That((await OrderAsync("pause", cancel)).ExitCode, Is.Zero);
        await Stage.StatusAsync(status => status.Zerglings.Single().State == "paused", cancel);
        Assert.That((await OrderAsync("resume", cancel)).ExitCode, Is.Zero);
        await UndisturbedAsync(cancel);
    }

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(15_000)]
    public async Task Who_is_refused_is_told_so_before_its_hello_and_after_it(bool hasCome, CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        using var pool = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        pool.Bind(new UnixDomainSocketEndPoint(directory.File("pool")));
        pool.Listen();
        var attaching = ZergClient.AttachAsync(
            new ZergClientOptions { Pool = directory.File("pool"), Release = "refused" }, cancel);
        for (var tries = 0; tries < 2; tries++)
        {
            // It comes once more, since a pool that is killed looks the same the first time.
            using var refused = await pool.AcceptAsync(cancel);

            // Unread at the close, it makes the close a reset.
            if (hasCome)
                await refused.ReceiveAsync(Memory<byte>.Empty, cancel);
        }

        var refusal = await Assert.ThrowsAsync<ZergException>(() => attaching);
        Assert.That(refusal!.ExitCode, Is.EqualTo(ExitCodes.NotPermitted));
        Assert.That(refusal.Message, Does.Contain("allow-uid"));
    }

    private async Task ServeAsync(CancellationToken cancel, params string[] options)
    {
        await OpenAsync(cancel, options);

        // Only the files in it decide who may come.
        File.SetUnixFileMode(Stage.Directory, (UnixFileMode)0b111_101_101);
        await Stage.PremiereAsync("mine", cancel);
        _crowd = new Crowd(Stage)
            .Add("keep-alive", 100, o => o with { Mode = LoadMode.Paced, Connections = 16, Rate = 400 })
            .Add("one connection a request", 100, o => o with { Mode = LoadMode.PerConnection, Connections = 2 });
        await _crowd.SeesAsync("mine", cancel);
    }

    private ChildProcess Intrude(string release) => Stage.Start(
        release, s_asStranger[0], [.. s_asStranger[1..], "dotnet", HelloProcess.Assembly],
        ("ZERG", Stage.Path), ("ZERG_RELEASE", release));

    private Task<(int ExitCode, string Output, string Error)> OrderAsync(
        string order, CancellationToken cancel, string zergling = "1")
        => Stage.OrderAsync([order, zergling], cancel, s_asStranger);

    private async Task UndisturbedAsync(CancellationToken cancel)
    {
        await _crowd.GoesOnAsync(100, cancel);
        await _crowd.LeaveAsync("mine");
        var status = await Stage.StatusAsync(cancel);
        Proof.Refused(status.Zerglings.Select(one => (one.Release, one.State)), Is.EqualTo([("mine", "accepting")]));
        Proof.Refused(status.Pool.Generation, Is.EqualTo(1));
    }
}
