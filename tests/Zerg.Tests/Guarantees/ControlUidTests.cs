using System.Text.Json;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>A user of control-uid orders a pool that runs as root, and decides nothing of what runs as root.</summary>
[Category("Root")]
internal sealed class ControlUidTests : DeployFixture
{
    private const int Nobody = 65534;

    private string _evil = "";

    [SetUp]
    public void SetUp()
    {
        Assume.That(Environment.UserName, Is.EqualTo("root"), "needs to become another user");
        _evil = Directory.CreateTempSubdirectory("zp-evil-").FullName;
        File.WriteAllText(Path.Combine(_evil, "app.py"), $"open('{Marker}', 'w')\n{ComingAndGoingTests.Wsgi}");
        foreach (var path in Directory.GetFiles(_evil).Append(_evil))
            Assert.That(Mono.Unix.Native.Syscall.chown(path, Nobody, Nobody), Is.Zero);
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_evil, recursive: true);

    private string Marker => Path.Combine(_evil, "ran");

    [Test, CancelAfter(60_000)]
    public async Task The_directory_of_a_deploy_is_not_theirs(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var reply = await OrderAsync(new { command = "deploy", release = "evil", directory = _evil }, cancel);

        Proof.Refused(reply.GetProperty("exitCode").GetInt32(), Is.EqualTo(ExitCodes.NotPermitted));
        await Stage.Pool.ErrorAsync($"order 'deploy' of uid {Nobody} gid {Nobody} pid ", cancel);
        await Stage.Pool.ErrorAsync($"refused: uid {Nobody} may not choose the directory", cancel);

        // What follows would have been started after it.
        Assert.That((await DeployAsync(cancel, "--release", "r1")).Exit, Is.Zero);
        Proof.Refused(File.Exists(Marker), Is.False, "code of another user ran as root");
        Proof.Refused(
            (await Stage.StatusAsync(cancel)).Deployments.Select(one => one.Release), Is.EqualTo(new[] { "r1", "r0" }));
    }

    [Test, CancelAfter(60_000)]
    public async Task Nor_is_the_command_or_the_program(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        foreach (var order in new object[]
        {
            new { command = "deploy", words = new[] { "touch", Marker } },
            new { command = "upgrade", binary = Path.Combine(_evil, "app.py") },
            new { command = "deploy", release = "../evil" },
            new { command = "deploy", release = "--exec=id" },
        })
        {
            var reply = await OrderAsync(order, cancel);
            Proof.Refused(reply.GetProperty("exitCode").GetInt32(), Is.EqualTo(ExitCodes.NotPermitted), $"{order}");
        }

        Proof.Refused(File.Exists(Marker), Is.False, "a command of another user ran as root");
        Assert.That((await Stage.StatusAsync(cancel)).Zerglings.Select(one => one.Release), Is.EqualTo(new[] { "r0" }));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_deploy_of_what_the_configuration_names_is(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var reply = await OrderAsync(new { command = "deploy", release = "r1" }, cancel);

        Assert.That(reply.GetProperty("exitCode").GetInt32(), Is.Zero, $"{reply}");
        await Stage.StatusAsync(status => status.Zerglings is [{ Release: "r1", State: "accepting" }], cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_label_of_root_that_looks_like_an_option_is_none(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var (exit, _, error) = await DeployAsync(cancel, "--release=--exec=id");

        Proof.Refused(exit, Is.EqualTo(ExitCodes.Usage));
        Assert.That(error, Is.EqualTo("zergpool: release: '--exec=id' begins with '-' like an option"));
    }

    private async Task ServeAsync(CancellationToken cancel)
    {
        await StageAsync(cancel, "--control-uid", $"{Nobody}");
        File.SetUnixFileMode(Stage.Directory, (UnixFileMode)0b111_101_101);
        Assert.That((await DeployAsync(cancel, "--release", "r0")).Exit, Is.Zero);
    }

    private async Task<JsonElement> OrderAsync(object order, CancellationToken cancel)
    {
        using var peer = HelperProcess.Python("""
            import socket, sys
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
            s.sendall((sys.argv[2] + "\n").encode())
            print(s.makefile().readline())
            """, Nobody, "", Stage.Path + ".ctl", JsonSerializer.Serialize(order));
        await peer.ExitAsync(cancel);
        await peer.OutputEndAsync(cancel);
        return JsonDocument.Parse(peer.Lines[0]).RootElement;
    }
}
