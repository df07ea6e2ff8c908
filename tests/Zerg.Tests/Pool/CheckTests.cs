using System.Text.Json;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary><c>zergpool check</c> and <c>zergpool convert</c>.</summary>
internal sealed class CheckTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    [CancelAfter(30_000)]
    public async Task What_only_hurts_later_is_a_warning(CancellationToken cancel)
    {
        var open = Directory.CreateDirectory(_directory.File("open")).FullName;
        File.SetUnixFileMode(open, (UnixFileMode)0b111_111_111);
        var file = _directory.Write("site.yml", $"""
            uwsgi:
              socket: {open}/app.sock
              https: 127.0.0.1:8443
              shared-socket: 127.0.0.1:8444,/nowhere/c.pem,/nowhere/k.pem
              https: =0
              listen: 65535
              uid: nobody
              stats: 127.0.0.1:9191
              ready: http:/
              command: node app.js
            """);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        var check = await PoolProcess.RunAsync(cancel, "check", file);

        Assert.That(check.ExitCode, Is.Zero, string.Join('\n', check.Lines));
        string[] expected =
        [
            ":3:10: https: '127.0.0.1:8443' names no certificate",
            ":6:11: listen: 65535 is more than net.core.somaxconn",
            ":7:8: uid: without gid the primary group",
            ": uid: 'nobody', whom the pool becomes, may not read this file",
            ":4:18: shared-socket: '/nowhere/c.pem' is not there, or 'nobody' may not read it",
            $":2:11: socket: '{open}' may be written by others",
            ":8:10: stats: every zergling that reads this file would bind '127.0.0.1:9191'",
            ":9:10: ready: 'node' serves a single descriptor",
        ];
        foreach (var warning in expected)
            Assert.That(check.Errors, Has.Some.StartsWith($"zergpool: {file}{warning}").And.Some.EndsWith("(warning)"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Its_JSON_has_what_its_table_has(CancellationToken cancel)
    {
        var file = _directory.Write("site.ini", """
            [uwsgi]
            master = true
            shared-socket = :8081
            http = =0
            processes = 2
            processes = 3
            module = x
            mine = 4
            env = A=%(mine)
            """);
        var table = await PoolProcess.RunAsync(cancel, "check", file, "--listen", "7");
        var json = await PoolProcess.RunAsync(cancel, "check", "--json", file, "--listen", "7");
        var document = JsonDocument.Parse(string.Join('\n', json.Output)).RootElement;

        Assert.That((table.ExitCode, json.ExitCode), Is.EqualTo((0, 0)), string.Join('\n', json.Lines));
        var processes = Row(document.GetProperty("zergling"), "processes");
        Assert.That(processes.GetProperty("value").GetString(), Is.EqualTo("3"));
        Assert.That(processes.GetProperty("source").GetString(), Is.EqualTo($"{file}:6:13"));
        Assert.That(processes.GetProperty("overrides")[0].GetString(), Is.EqualTo($"'2' at {file}:5:13"));
        Assert.That(Row(document.GetProperty("zergpool"), "listen").GetProperty("source").GetString(), Does.StartWith("command line"));
        Assert.That(Row(document.GetProperty("zergpool"), "uid").GetProperty("source").ValueKind, Is.EqualTo(JsonValueKind.Null));
        var share = document.GetProperty("sharedSockets")[0];
        Assert.That(share.GetProperty("address").GetString(), Is.EqualTo("0.0.0.0:8081"));
        Assert.That(share.GetProperty("namedBy")[0].GetString(), Is.EqualTo($"http at {file}:4:8"));
        Assert.That(
            document.GetProperty("ignored").EnumerateArray().Select(one => $"{one.GetProperty("option")} {one.GetProperty("verdict")}"),
            Is.EqualTo(new[] { "master no-meaning", "module not-supported", "mine variable" }));
        var problem = document.GetProperty("problems").EnumerateArray().Single();
        Assert.That(
            (problem.GetProperty("line").GetInt32(), problem.GetProperty("option").GetString()), Is.EqualTo((7, "module")));
        Assert.That(table.Output, Has.Some.Match("^processes +3 .*'2' at").And.Some.Match("^=0 +0.0.0.0:8081 +http +http at"));
        Assert.That(table.Output, Has.Some.Match("^master +true .*no-meaning: "));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_file_for_a_zergling_alone_is_right_and_strict_makes_it_wrong(CancellationToken cancel)
    {
        var file = _directory.Write("app.yml", "zerg:\n  zerg: /run/x.sock\n  command: app\n");
        var alone = await PoolProcess.RunAsync(cancel, "check", file);
        Assert.That(alone.ExitCode, Is.Zero, string.Join('\n', alone.Lines));
        Assert.That(alone.Output, Has.None.EqualTo("zergpool:").And.Some.EqualTo("zergling:"));

        var strict = _directory.Write("strict.yml", "zerg:\n  http: :8081\n  strict: true\n  comand: app\n");
        var wrong = await PoolProcess.RunAsync(cancel, "check", strict);
        Assert.That(wrong.ExitCode, Is.EqualTo(78));
        Assert.That(wrong.Output, Is.Empty);
        Assert.That(
            wrong.Errors.Single(), Does.EndWith("comand: unknown option, did you mean 'command'? Ignoring; 'strict' makes this an error"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Convert_keeps_the_comments_beside_their_options(CancellationToken cancel)
    {
        var file = _directory.Write("galaxy.yml", """
            # the file's own
            uwsgi:
                # both of them
                # are ours
                http: :8081   # plain
                http: @x
                # nothing to do here
                master: true
                processes: 2
                n: 5
                listen: %(n)
                processes: "3" # three
            """);
        var convert = await PoolProcess.RunAsync(cancel, "convert", file);

        Assert.That(convert.ExitCode, Is.Zero, string.Join('\n', convert.Lines));
        Assert.That(string.Join('\n', convert.Output), Is.EqualTo("""
            zerg:
              # both of them
              # are ours
              http:
                - ':8081'  # plain
                - '@x'
              # nothing to do here
              # master: true  # nothing to do: the pool and the launcher are what a master is for
              processes: 3  # three
              listen: 5
            """));
    }

    private static JsonElement Row(JsonElement options, string name) =>
        options.EnumerateArray().First(row => row.GetProperty("option").GetString() == name);
}
