using Zerg.Configuration.Reading;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Configuration;

/// <summary>Asks the real uWSGI what a file says: <c>--show-config</c>.</summary>
internal static class UwsgiOracle
{
    private const string End = ";end of configuration";

    /// <summary>Asserts that it lists the same options, in the same order, with the same values.</summary>
    public static async Task AgreesAsync(string path, IReadOnlyList<string> notListed, CancellationToken cancel)
    {
        Peers.Require("uwsgi");
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("a pid namespace, with which all of uWSGI ends, needs root");

        string kind = path.EndsWith(".ini", StringComparison.Ordinal) ? "--ini" : "--yaml";
        using var uwsgi = ChildProcess.Start(
            "unshare", ["--fork", "--pid", "--kill-child", "uwsgi", kind, path, "--show-config"]);
        await uwsgi.ErrorAsync(End, cancel);

        string[] theirs =
        [
            .. uwsgi.Error.Lines.SkipWhile(line => line != "[uwsgi]").Skip(1).TakeWhile(line => line != End)
                .Where(line => !notListed.Contains(line.Split(" = ")[0])),
        ];
        var loaded = ConfigurationSource.Load(CommandLineReader.Read([path]));
        string[] ours =
        [
            .. loaded.Options.Where(option => !notListed.Contains(option.Name)).Select(option => $"{option.Name} = {option.Value}"),
        ];
        Assert.That(ours.Select(Canonical), Is.EqualTo(theirs.Select(Canonical)), string.Join('\n', theirs));
    }

    // The names of uWSGI that are one option here.
    private static string Canonical(string line)
    {
        string name = line.Split(" = ")[0];
        return Zerg.Configuration.Vocabulary.Named(name) is { } other ? other.Name + line[name.Length..] : line;
    }
}
