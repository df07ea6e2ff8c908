using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>A pool with a configuration whose command it deploys itself: gunicorn, on an app of one file.</summary>
internal abstract class DeployFixture : GuaranteeFixture
{
    [SetUp]
    public void RequireGunicorn() => Peers.Require("gunicorn");

    protected string Configuration => Path.Combine(Stage.Directory, "app.yml");

    /// <summary>Starts the pool.</summary>
    protected Task StageAsync(CancellationToken cancel, params string[] options) => StageAsync("", [], cancel, options);

    /// <summary>Starts the pool.</summary>
    /// <param name="code">What the app does beside answering.</param>
    /// <param name="lines">More lines for its configuration, with DIR for the directory of the test.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="options">For the command line of the pool.</param>
    protected Task StageAsync(string code, string[] lines, CancellationToken cancel, params string[] options) => OpenAsync(
        directory =>
        {
            File.WriteAllText(Path.Combine(directory, "app.py"), ComingAndGoingTests.Wsgi + code);
            string[] usual =
                [$"launcher: {ProgramFiles.Zergling}", "ready: http:/", "command: gunicorn -w 1 app:app", "chdir: DIR"];
            string[] all = [.. usual.Where(one => !lines.Any(line => Key(line) == Key(one))), .. lines];
            File.WriteAllText(
                Path.Combine(directory, "app.yml"),
                string.Concat(all.Select(line => $"  {line}\n").Prepend("zerg:\n")).Replace("DIR", directory));
            return new PoolStart();
        },
        cancel, ["DIR/app.yml", .. options]);

    /// <summary>Starts <c>zergpool deploy</c>.</summary>
    protected ChildProcess Deploy(params string[] arguments)
        => Stage.Start("deploy", "dotnet", [ProgramFiles.ZergPool, "deploy", "--zerg", Stage.Path, .. arguments]);

    /// <summary>Runs <c>zergpool deploy</c> to its end.</summary>
    protected async Task<(int Exit, IReadOnlyList<string> Lines, string Error)> DeployAsync(
        CancellationToken cancel, params string[] arguments)
    {
        var deploy = Deploy(arguments);
        var exit = await deploy.ExitAsync(cancel);
        return (exit, deploy.Output.Lines, string.Join('\n', deploy.Error.Lines));
    }

    /// <summary>A command for a deploy: gunicorn, from when there is a file of this name.</summary>
    protected static string[] From(string file)
        => ["--", "/bin/sh", "-c", $"until test -e {file}; do sleep 0.05; done; exec gunicorn -w 1 app:app"];

    private static string Key(string line) => line.Split(':')[0];
}
