using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using NUnit.Framework.Interfaces;
using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.PeerServers;

/// <summary>One test with its directory, a pool, and real servers none of which outlives it.</summary>
internal abstract class PeerFixture
{
    protected const string Python = "/usr/bin/python3";
    protected const string Uwsgi = "/usr/bin/uwsgi";
    private const string Dotnet = "dotnet";
    private const int HandOvers = 3;

    private readonly List<(string Name, ChildProcess Process)> _children = [];
    private ChildProcess? _pool;

    protected TemporaryDirectory Temporary { get; private set; } = null!;

    /// <summary>Where zerglings attach.</summary>
    protected string PoolPath { get; set; } = "";

    protected static string Examples(string name) => Path.Combine(ProgramFiles.Root, "examples", name);

    [SetUp]
    public void SetUp()
    {
        Temporary = new TemporaryDirectory();
        PoolPath = Temporary.File("pool");
    }

    [TearDown]
    public void TearDown()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
            TellWhatTheySaid();

        ProcessTree.End(
            _children.Where(child => !child.Process.HasExited).Select(child => child.Process.Pid), Temporary.Path);
        foreach (var (_, process) in _children)
            process.Dispose();
        _children.Clear();
        _pool = null;
        Temporary.Dispose();
    }

    /// <summary>Starts a program that ends with the test at the latest.</summary>
    protected ChildProcess Start(
        string name, string program, IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
    {
        var variables = environment.Prepend(("DOTNET_gcServer", "0")).Prepend((ProcessTree.Mark, Temporary.Path))
            .ToDictionary(pair => pair.Item1, pair => pair.Item2);
        var child = ChildProcess.Start(program, arguments, variables, Temporary.Path);
        _children.Add((name, child));
        return child;
    }

    /// <summary>Starts zergpool and waits until it owns its sockets.</summary>
    /// <returns>Where they are, in order.</returns>
    protected async Task<IReadOnlyList<EndPoint>> StartPoolAsync(CancellationToken cancel, params string[] options)
    {
        _pool = Start("pool", Dotnet, [ProgramFiles.ZergPool, "run", "--control", Control, .. options]);
        await _pool.ErrorAsync(" holds ", cancel);
        var status = await StatusAsync(cancel);
        return
        [
            .. from socket in status.Sockets
               select TargetParser.Parse(socket.Address.StartsWith('/') ? "unix:" + socket.Address : socket.Address)!,
        ];
    }

    /// <summary>Starts zergpool with one HTTP socket.</summary>
    protected async Task<EndPoint> StartPoolAsync(string address, CancellationToken cancel, params string[] options)
        => (await StartPoolAsync(cancel, ["--zerg-pool", PoolPath, "--http-socket", address, .. options]))[0];

    /// <summary>Starts the launcher.</summary>
    protected ChildProcess Launch(string release, string options, params string[] command) => Start(
        release, Dotnet,
        [
            ProgramFiles.Zergling, "--zerg", PoolPath, "--release", release,
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--", .. command,
        ]);

    /// <summary>Starts a .NET app with the package.</summary>
    protected ChildProcess Hello(string release, params (string Name, string? Value)[] environment) => Start(
        release, Dotnet, [ProgramFiles.Hello], [("ZERG", PoolPath), ("ZERG_RELEASE", release), .. environment]);

    /// <summary>What the pool says of itself once it is so.</summary>
    protected async Task<StatusDocument> StatusAsync(Func<StatusDocument, bool> isThere, CancellationToken cancel)
    {
        StatusDocument? status = null;
        await Poll.UntilAsync(
            async () => isThere(status = await StatusAsync(cancel)),
            () => JsonSerializer.Serialize(status, StatusJson.Default.StatusDocument), cancel);
        return status!;
    }

    /// <summary>Waits until so many zerglings serve.</summary>
    protected Task<StatusDocument> AcceptingAsync(int count, CancellationToken cancel)
        => StatusAsync(status => status.Zerglings.Count(one => one.State == "accepting") == count, cancel);

    /// <summary>Starts a release and waits until it has taken over.</summary>
    protected async Task<ChildProcess> RollOutAsync(
        Func<string, ChildProcess> start, string release, CancellationToken cancel)
    {
        var from = _pool!.Error.Lines.Count;
        var zergling = start(release);
        var line = await _pool.Error.WaitAsync(
            line => line.Contains($"(release '{release}') completed", StringComparison.Ordinal)
                || line.Contains($"(release '{release}') failed", StringComparison.Ordinal)
                || line.Contains($"(release '{release}') left", StringComparison.Ordinal),
            cancel, from);
        Assert.That(line, Does.Contain("completed"));
        return zergling;
    }

    /// <summary>Rolls out three releases under load and asserts that nothing is lost.</summary>
    protected async Task LosesNothingAsync(
        EndPoint target, Func<string, ChildProcess> start, CancellationToken cancel,
        Func<LoadOptions, LoadOptions>? with = null)
    {
        var serving = start("r0");
        await AcceptingAsync(1, cancel);
        await using var load = new PeerLoad(target, with ?? PeerLoad.OneConnectionARequest);
        await load.SeesAsync("r0", cancel);
        for (var number = 1; number <= HandOvers; number++)
        {
            var release = $"r{number.ToString(CultureInfo.InvariantCulture)}";
            var next = await RollOutAsync(start, release, cancel);
            await load.SeesAsync(release, cancel);
            Assert.That(await serving.ExitAsync(cancel), Is.Zero, "the exit status of the one that was replaced");
            serving = next;
        }

        var report = await load.EndAsync();
        Assert.That(report.Releases, Has.Count.EqualTo(HandOvers + 1));
        serving.Signal(Signals.SIGTERM);
        Assert.That(await serving.ExitAsync(cancel), Is.Zero, "the exit status after SIGTERM");
    }

    protected string Control => Temporary.File("control");

    private async Task<StatusDocument> StatusAsync(CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Control), cancel);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("{\"command\":\"status\"}\n"u8.ToArray(), cancel);
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync(cancel);
        return JsonSerializer.Deserialize(line!, ControlJson.Default.ControlReply)!.Status!;
    }

    private void TellWhatTheySaid()
    {
        foreach (var (name, process) in _children)
        {
            TestContext.Out.WriteLine($"--- {name}, pid {process.Pid}, {(process.HasExited ? "gone" : "alive")}");
            foreach (var line in process.Error.Lines.TakeLast(60).Concat(process.Output.Lines.TakeLast(60)))
                TestContext.Out.WriteLine("    " + line);
        }
    }
}
