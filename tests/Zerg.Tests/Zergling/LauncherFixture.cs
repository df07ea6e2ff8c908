using System.Globalization;
using System.Text.RegularExpressions;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Launching;

/// <summary>One test with its directory, its pool, and launchers none of whose workers outlives it.</summary>
internal abstract partial class LauncherFixture
{
    protected const string Python = "/usr/bin/python3";

    private readonly List<ChildProcess> _children = [];
    private readonly HttpClient _http = new();

    protected TemporaryDirectory Temporary { get; private set; } = null!;

    protected ScriptedPool Pool { get; private set; } = null!;

    [SetUp]
    public void SetUp()
    {
        Temporary = new TemporaryDirectory();
        Pool = new ScriptedPool(Temporary.File("pool"));
    }

    [TearDown]
    public void TearDown()
    {
        ProcessTree.End(_children.Where(child => !child.HasExited).Select(child => child.Pid), Temporary.Path);
        _children.ForEach(child => child.Dispose());
        _children.Clear();
        Pool.Dispose();
        Temporary.Dispose();
    }

    [OneTimeTearDown]
    public void DisposeClient() => _http.Dispose();

    /// <summary>Starts a launcher on the scripted pool.</summary>
    protected ChildProcess Launch(string options, params string[] command) => Run(
        [
            "--zerg", Pool.Path, "--log-level", "debug",
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--", .. command,
        ]);

    /// <summary>Starts the program with any arguments.</summary>
    protected ChildProcess Run(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
        => Keep(ChildProcess.Start(
            "dotnet", [ProgramFiles.Zergling, .. arguments],
            new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>())
            {
                [ProcessTree.Mark] = environment?.GetValueOrDefault(ProcessTree.Mark) ?? Temporary.Path,
            },
            Temporary.Path));

    /// <summary>Has a child ended with the test.</summary>
    protected ChildProcess Keep(ChildProcess child)
    {
        _children.Add(child);
        return child;
    }

    /// <summary>Writes a script into the working directory and returns its path.</summary>
    protected string Script(string name, string body) => Temporary.Write(name, body);

    protected Task<string> GetAsync(int port, CancellationToken cancel, string path = "/")
        => _http.GetStringAsync($"http://127.0.0.1:{port}{path}", cancel);

    /// <summary>Waits until the release is ready and its log has said so, behind what it says of its workers.</summary>
    protected async Task ReadyAsync(ChildProcess launcher, CancellationToken cancel)
    {
        await Pool.FrameAsync("ready", cancel);
        await launcher.ErrorAsync("ready, workers serving", cancel);
    }

    /// <summary>Waits until a process has ended, with all of its threads.</summary>
    protected static async Task EndedAsync(ProcessHandle process, CancellationToken cancel)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var poller = new Poller();
        poller.Add(process.Descriptor, () => ended.TrySetResult());
        await ended.Task.WaitAsync(cancel);
    }

    protected static bool Ignores(int pid, int signal)
        => (Convert.ToUInt64(ProcFiles.Status(pid, "SigIgn"), 16) & (1UL << (signal - 1))) != 0;

    /// <summary>The workers that its log has told of so far.</summary>
    protected static int[] Workers(ChildProcess launcher) =>
    [
        .. launcher.Error.Lines.Select(line => StartedLine().Match(line)).Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)),
    ];

    [GeneratedRegex(@"worker \d+ started, pid (\d+)")]
    private static partial Regex StartedLine();
}
