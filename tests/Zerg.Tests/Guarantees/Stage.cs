using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.AspNetCore;
using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.Guarantees;

/// <summary>A pool with one TCP socket, and the releases that come and go on it: all of them real processes.</summary>
internal sealed partial class Stage : IDisposable
{
    private const string Interpreter = "dotnet";
    private const int LogTail = 60;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<(string Name, ChildProcess Process)> _cast = [];
    private readonly List<(string Name, LoadReport Report)> _reports = [];
    private readonly List<Crowd> _crowds = [];

    private string[] _options = [];
    private PoolStart _start = new();

    private Stage() => Path = _directory.File("pool");

    /// <summary>Where zerglings attach.</summary>
    public string Path { get; private set; }

    /// <summary>What the pool owns.</summary>
    public IPEndPoint EndPoint { get; private set; } = null!;

    public ChildProcess Pool { get; private set; } = null!;

    public string Directory => _directory.Path;

    /// <summary>Starts the pool and waits until it owns its socket.</summary>
    public static async Task<Stage> OpenAsync(CancellationToken cancel, params string[] options)
    {
        var stage = new Stage { _options = options };
        await stage.OpenAsync(cancel);
        return stage;
    }

    /// <summary>The same, where the test says how the pool is started.</summary>
    /// <param name="start">Made of the directory of the stage.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <param name="options">Further options of the pool; DIR stands for the directory.</param>
    public static async Task<Stage> OpenAsync(
        Func<string, PoolStart> start, CancellationToken cancel, params string[] options)
    {
        var stage = new Stage { _options = options };
        stage._start = start(stage.Directory);
        stage.Path = stage._start.Path ?? stage.Path;
        await stage.OpenAsync(cancel);
        return stage;
    }

    /// <summary>SIGKILL to the pool, and no next one yet.</summary>
    public async Task KillAsync(CancellationToken cancel)
    {
        Pool.Signal(Signals.SIGKILL);
        await Pool.ExitAsync(cancel);
    }

    /// <summary>Starts the next pool, which has to get the same socket back.</summary>
    /// <returns>Once it has it.</returns>
    public Task ComeBackAsync(CancellationToken cancel) => OpenAsync(cancel);

    /// <summary>The pool from now on, of several that were started.</summary>
    public void Follow(ChildProcess pool) => Pool = pool;

    /// <summary>Starts a pool, and does not wait for it.</summary>
    public ChildProcess StartPool()
    {
        string[] line =
        [
            .. _start.Wrapper, Interpreter, ProgramFiles.ZergPool, "run", "--zerg-pool", Path,
            "--http-socket", $"127.0.0.1:{EndPoint?.Port ?? 0}",
            .. _options.Select(option => option.Replace("DIR", Directory)),
        ];
        return Pool = Start("pool", line[0], line[1..], _start.Environment);
    }

    /// <summary>Where orders are given.</summary>
    public string Control => Path.StartsWith('@') ? _directory.File("pool.ctl") : Path + ".ctl";

    /// <summary>Writes a file for the zerglings and returns its path.</summary>
    public string Write(string name, string text) => _directory.Write(name, text);

    /// <summary>The process that was started under a name.</summary>
    public ChildProcess Cast(string name) => _cast.First(member => member.Name == name).Process;

    /// <summary>Starts any program, which ends with the stage at the latest.</summary>
    public ChildProcess Start(
        string name, string program, IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
    {
        // A server collector for each of the many apps of a test would keep the processors from what is measured.
        (string Name, string? Value)[] variables =
            [(ProcessTree.Mark, _directory.Path), ("DOTNET_gcServer", "0"), .. environment];
        var child = ChildProcess.Start(
            program, arguments, variables.ToDictionary(pair => pair.Name, pair => pair.Value), _directory.Path);
        _cast.Add((name, child));
        return child;
    }

    /// <summary>Starts a copy of examples/hello on the pool.</summary>
    public ChildProcess Hello(string release, params (string Name, string? Value)[] environment)
        => Start(
            release, Interpreter, [HelloProcess.Assembly],
            [("ZERG", Path), ("ZERG_RELEASE", release), .. environment]);

    /// <summary>Starts the launcher on the pool.</summary>
    public ChildProcess Launch(string release, string options, params string[] command)
        => Start(
            release, Interpreter,
            [
                ProgramFiles.Zergling, "--zerg", Path, "--release", release,
                .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--", .. command,
            ]);

    /// <summary>Runs a command of the program zergpool to its end; who gives it may be somebody else.</summary>
    public async Task<(int ExitCode, string Output, string Error)> OrderAsync(
        string[] command, CancellationToken cancel, params string[] wrapper)
    {
        string[] line = [.. wrapper, Interpreter, ProgramFiles.ZergPool, .. command, "--zerg", Path];
        var child = Start(string.Join(' ', command), line[0], line[1..]);
        var status = await child.ExitAsync(cancel);
        return (status, string.Join('\n', child.Output.Lines), string.Join('\n', child.Error.Lines));
    }

    /// <summary>Starts a release of hello and waits until it has taken over.</summary>
    public async Task<ChildProcess> RollOutAsync(
        string release, CancellationToken cancel, params (string Name, string? Value)[] environment)
    {
        var from = Pool.Error.Lines.Count;
        return await TakesOverAsync(Hello(release, environment), release, from, cancel);
    }

    /// <summary>Waits until a zergling has taken over from those that serve, and fails when it does not.</summary>
    public async Task<ChildProcess> TakesOverAsync(
        ChildProcess zergling, string release, int from, CancellationToken cancel)
    {
        var decided = Pool.Error.WaitAsync(
            line => line.Contains($"(release '{release}') completed", StringComparison.Ordinal)
                || line.Contains($"(release '{release}') failed", StringComparison.Ordinal)
                || line.Contains($"(release '{release}') left", StringComparison.Ordinal),
            cancel, from);
        var ended = zergling.ExitAsync(cancel);
        if (await Task.WhenAny(decided, ended) == ended)
            Assert.Fail($"{release} ended with {await ended} before it took over");
        Assert.That(await decided, Does.Contain("completed"), $"{release} did not take over");
        return zergling;
    }

    /// <summary>Starts the first release of hello and waits until it serves.</summary>
    public async Task<ChildProcess> PremiereAsync(
        string release, CancellationToken cancel, params (string Name, string? Value)[] environment)
    {
        var hello = Hello(release, environment);
        await StatusAsync(status => Accepting(status).Any(one => one.Release == release), cancel);
        return hello;
    }

    /// <summary>Waits until releases have left, on good terms.</summary>
    public async Task LeftAsync(IEnumerable<string> releases, CancellationToken cancel)
    {
        foreach (var (name, process) in _cast.Where(member => releases.Contains(member.Name)).ToList())
            Assert.That(await process.ExitAsync(cancel), Is.Zero, $"the exit status of {name}");
    }

    /// <summary>The zerglings that accept.</summary>
    public static IEnumerable<ZerglingStatus> Accepting(StatusDocument status)
        => status.Zerglings.Where(one => one.State == "accepting");

    /// <summary>What the pool says of itself now.</summary>
    public async Task<StatusDocument> StatusAsync(CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Control), cancel);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("""{"command":"status"}"""u8.ToArray().Append((byte)'\n').ToArray(), cancel);
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync(cancel);
        return JsonSerializer.Deserialize(line!, ControlJson.Default.ControlReply)!.Status!;
    }

    /// <summary>Asks the pool until its answer is the one that is waited for.</summary>
    public async Task<StatusDocument> StatusAsync(Func<StatusDocument, bool> isThere, CancellationToken cancel)
    {
        StatusDocument? status = null;
        await Poll.UntilAsync(
            async () => isThere(status = await StatusAsync(cancel)),
            () => JsonSerializer.Serialize(status, StatusJson.Default.StatusDocument), cancel);
        return status!;
    }

    /// <summary>One request by itself, on a connection of its own.</summary>
    public async Task<string> GetAsync(CancellationToken cancel, string path = "/")
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(EndPoint, cancel);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), cancel);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancel);
    }

    /// <summary>Clients that may not outlive the stage.</summary>
    public void Admit(Crowd crowd) => _crowds.Add(crowd);

    /// <summary>Ends every load that still runs.</summary>
    public Task EmptyAsync() => Task.WhenAll(_crowds.Select(crowd => crowd.EndAsync()));

    /// <summary>Keeps what a load came to, for the account of this test.</summary>
    public void Keep(string name, LoadReport report) => _reports.Add((name, report));

    /// <summary>Everything that helps to understand a failure.</summary>
    public string Account()
    {
        var text = new StringBuilder();
        foreach (var (name, report) in _reports)
            text.AppendLine($"--- load: {name}").Append(ReportText.Write(report)).AppendLine();
        foreach (var (name, process) in _cast)
        {
            text.AppendLine($"--- {name}, pid {process.Pid}, {(process.HasExited ? "gone" : "alive")}");
            foreach (var line in process.Error.Lines.TakeLast(LogTail).Concat(process.Output.Lines.TakeLast(LogTail)))
                text.Append("    ").AppendLine(line);
        }

        return text.ToString();
    }

    /// <summary>One line for each load.</summary>
    public IEnumerable<string> Totals() => _reports.Select(
        kept => string.Create(
            CultureInfo.InvariantCulture,
            $"{kept.Name}: {kept.Report.Lost} lost of {kept.Report.Requests} requests, {kept.Report.Releases.Count} "
            + $"releases, {kept.Report.Reconnects} ended with notice, {kept.Report.IdleCloses} closed while idle, "
            + $"{kept.Report.Unanswered} unanswered at a close, p99 {kept.Report.Latency.P99:0.0} ms, stall "
            + $"{Math.Max(kept.Report.LongestStallInWindowsMs, kept.Report.LongestStallOutsideMs):0} ms"));

    /// <inheritdoc/>
    public void Dispose()
    {
        ProcessTree.End(
            _cast.Where(member => !member.Process.HasExited).Select(member => member.Process.Pid), _directory.Path);
        foreach (var (_, process) in _cast)
            process.Dispose();
        _directory.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        var ended = StartPool().ExitAsync(cancel);
        var opened = Pool.ErrorAsync(" holds ", cancel);
        if (await Task.WhenAny(opened, ended) == ended)
            Assert.Fail($"the pool ended with {await ended}:\n{string.Join('\n', Pool.Error.Lines)}");
        EndPoint = new IPEndPoint(
            IPAddress.Loopback, int.Parse(Port().Match(await opened).Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"127\.0\.0\.1:(\d+)")]
    private static partial Regex Port();
}
