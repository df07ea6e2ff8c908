using System.Text.RegularExpressions;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Documents;

/// <summary>What the documents tell people to do works.</summary>
internal sealed partial class DocumentsTests
{
    private static readonly string[] s_pages =
        ["README.md", .. Directory.EnumerateFiles(Path.Combine(ProgramFiles.Root, "docs"), "*.md")];

    [Test, CancelAfter(30_000)]
    public async Task The_sample_configuration_is_valid_as_it_is(CancellationToken cancel)
        => await CheckAsync(Path.Combine(ProgramFiles.Root, "galaxy.yml.sample"), cancel);

    // As it is, in a network and a /run of its own; gunicorn is the one in the path, which here is an app of the test's.
    [Test, CancelAfter(60_000), Category("Root")]
    public async Task The_sample_configuration_runs_as_it_is(CancellationToken cancel)
    {
        Assume.That(Environment.IsPrivilegedProcess, "needs root for namespaces");
        using var directory = new TemporaryDirectory();
        Executable.Write(directory.File("gunicorn"), """
            #!/usr/bin/python3
            import os, selectors, socket
            waiting = selectors.DefaultSelector()
            for number in range(3, 3 + int(os.environ["LISTEN_FDS"])):
                waiting.register(socket.socket(fileno=number), selectors.EVENT_READ)
            while True:
                for key, _ in waiting.select():
                    try:
                        connection, _ = key.fileobj.accept()
                    except BlockingIOError:
                        continue
                    connection.setblocking(True)
                    connection.recv(4096)
                    body = os.environ["GALAXY_CONFIG_FILE"].encode()
                    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
                    connection.close()
            """);
        File.WriteAllText(directory.File("play.sh"), """
            set -eu
            mount -t tmpfs none /run
            ip link set lo up
            export PATH="$1:$PATH"
            dotnet "$2" "$4" & pool=$!
            while [ ! -S /run/zerg/galaxy.sock ]; do kill -0 $pool; sleep 0.1; done
            dotnet "$3" "$4" & zergling=$!
            until dotnet "$2" status "$4" | grep -q accepting; do kill -0 $zergling; done
            curl -sS http://127.0.0.1:8080/
            kill $zergling; wait $zergling
            kill $pool; wait $pool
            """);

        using var play = ChildProcess.Start(
            "unshare",
            [
                "--net", "--mount", "--fork", "--pid", "--mount-proc", "--kill-child", "sh", directory.File("play.sh"), directory.Path,
                ProgramFiles.ZergPool, ProgramFiles.Zergling, Path.Combine(ProgramFiles.Root, "galaxy.yml.sample"),
            ]);
        Assert.That(await play.ExitAsync(cancel), Is.Zero, string.Join('\n', play.Error.Lines));
        Assert.That(play.Output.Lines, Has.Some.Contains("config/galaxy.yml"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Every_configuration_in_the_documents_is_valid(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        var blocks = s_pages.SelectMany(page => YamlBlock().Matches(Read(page)))
            .Select(match => match.Groups[1].Value).Where(text => text.Contains("zerg:\n", StringComparison.Ordinal)).ToList();
        Assert.That(blocks, Is.Not.Empty);
        foreach (var (block, index) in blocks.Select((block, index) => (block, index)))
        {
            var file = Path.Combine(directory.Path, $"block{index}.yml");
            await File.WriteAllTextAsync(file, block, cancel);
            await CheckAsync(file, cancel);
        }
    }

    [TestCaseSource(nameof(s_pages))]
    public void Every_link_to_a_file_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(ProgramFiles.Root, page))!;
        foreach (Match link in Link().Matches(Read(page)))
            Assert.That(Path.Exists(Path.Combine(folder, link.Groups[1].Value)), link.Value);
    }

    // The commands of the README's section "A .NET app in five lines", with a path and a port of the test's own.
    [Test, CancelAfter(60_000)]
    public async Task The_restart_of_the_README_goes_as_it_says(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "zerg.sock");
        using var pool = ChildProcess.Start("dotnet", [ProgramFiles.ZergPool, "--zerg-pool", $"{path}:127.0.0.1:0"]);
        await pool.ErrorAsync(" holds ", cancel);
        using var first = Release("1");
        await pool.ErrorAsync("release '1'", cancel);
        await first.OutputAsync("orders: resume", cancel);

        // The pool hears of it after the order is obeyed, and nobody is replaced who does not accept.
        IReadOnlyList<string> lines = [];
        await Poll.UntilAsync(
            async () => (lines = await StatusAsync()).Any(line => line.Contains("accepting")), () => string.Join('\n', lines),
            cancel);
        using var second = Release("2");
        await pool.ErrorAsync("release '2') completed", cancel);
        Assert.That(await first.ExitAsync(cancel), Is.Zero);
        Assert.That(await StatusAsync(), Has.Some.Contains("accepting"));

        async Task<IReadOnlyList<string>> StatusAsync()
        {
            using var status = ChildProcess.Start("dotnet", [ProgramFiles.ZergPool, "status", "--zerg", path]);
            Assert.That(await status.ExitAsync(cancel), Is.Zero);
            return status.Output.Lines;
        }

        ChildProcess Release(string release) => ChildProcess.Start(
            "dotnet", [ProgramFiles.Hello],
            new Dictionary<string, string?> { ["ZERG"] = path, ["ZERG_RELEASE"] = release, ["LISTEN_PID"] = null });
    }

    private static async Task CheckAsync(string file, CancellationToken cancel)
    {
        using var check = ChildProcess.Start("dotnet", [ProgramFiles.ZergPool, "check", file]);
        Assert.That(await check.ExitAsync(cancel), Is.Zero, string.Join('\n', check.Error.Lines));
        Assert.That(check.Error.Lines, Is.Empty);
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(ProgramFiles.Root, page));

    [GeneratedRegex("```ya?ml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex(@"\]\(((?!http|#)[^)#]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
