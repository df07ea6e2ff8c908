using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Mono.Unix.Native;

namespace Zerg.Tests.Harness;

/// <summary>The program zergpool in a directory of its own, ended with the test.</summary>
internal sealed class PoolProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_exitPatience = TimeSpan.FromSeconds(10);

    private readonly bool _ownsDirectory;

    private PoolProcess(string directory, bool ownsDirectory, HelperProcess process)
    {
        Directory = directory;
        _ownsDirectory = ownsDirectory;
        Process = process;
    }

    /// <summary>The assembly, built beside the tests.</summary>
    public static string Program { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(
        TestContext.CurrentContext.TestDirectory, "..", "..", "ZergPool",
        System.IO.Path.GetFileName(TestContext.CurrentContext.TestDirectory.TrimEnd('/')), "zergpool.dll"));

    public string Directory { get; }

    public HelperProcess Process { get; }

    public int Pid => Process.Pid;

    /// <summary>Where zerglings attach, unless the options say otherwise.</summary>
    public string Path => File("pool.sock");

    public string Control => Path + ".ctl";

    /// <summary>A pool with one TCP socket on a free port.</summary>
    public static Task<PoolProcess> StartAsync(CancellationToken cancel, params string[] options)
        => StartWithAsync("127.0.0.1:0", cancel, options);

    /// <summary>A pool that passes these addresses; DIR in an option stands for its directory.</summary>
    public static async Task<PoolProcess> StartWithAsync(
        string addresses, CancellationToken cancel, params string[] options)
        => await StartInAsync(null, ["--zerg-pool", $"DIR/pool.sock:{addresses}", .. options], null, cancel);

    /// <summary>A pool with nothing but these options, in a given directory or in one of its own.</summary>
    public static async Task<PoolProcess> StartInAsync(
        string? directory, IEnumerable<string> options, IReadOnlyDictionary<string, string>? environment,
        CancellationToken cancel, IReadOnlyList<string>? prefix = null, IReadOnlyList<string>? command = null)
    {
        var pool = Launch(directory, options, environment, prefix, command);
        try
        {
            var log = options.SkipWhile(option => option != "--logto").ElementAtOrDefault(1)
                ?.Replace("DIR", pool.Directory);
            var held = log is null
                ? pool.Process.WaitForLineAsync(" holds ", cancel)
                : UntilAsync(
                    () => System.IO.File.Exists(log) && System.IO.File.ReadAllText(log).Contains(" holds "), cancel);
            var ended = pool.Process.ExitAsync(cancel);
            if (await Task.WhenAny(held, ended) == ended)
                throw new InvalidOperationException($"the pool ended: {string.Join('\n', pool.Process.Lines)}");
            await held;
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts without waiting for anything; a prefix is a command that executes the one behind it, the command another
    /// build.
    /// </summary>
    public static PoolProcess Launch(
        string? directory, IEnumerable<string> options, IReadOnlyDictionary<string, string>? environment = null,
        IReadOnlyList<string>? prefix = null, IReadOnlyList<string>? command = null)
    {
        string[] line = [.. prefix ?? [], .. command ?? ["dotnet", Program]];
        var own = directory ?? System.IO.Directory.CreateTempSubdirectory("zp-").FullName;
        if (directory is null)
            System.IO.File.SetUnixFileMode(own, (UnixFileMode)0b111_101_101);
        return new PoolProcess(own, directory is null, HelperProcess.Start(
            line[0],
            [.. line[1..], .. options.Select(option => option.Replace("DIR/", own + "/", StringComparison.Ordinal))],
            environment));
    }

    /// <summary>Runs a command of zergpool to its end.</summary>
    public static async Task<HelperProcess> RunAsync(CancellationToken cancel, params string[] arguments)
    {
        var command = HelperProcess.Start("dotnet", [Program, .. arguments]);
        await command.ExitAsync(cancel);
        await command.OutputEndAsync(cancel);
        return command;
    }

    public string File(string name) => System.IO.Path.Combine(Directory, name);

    public Task<string> WaitForLineAsync(string part, CancellationToken cancel)
        => Process.WaitForLineAsync(part, cancel);

    /// <summary>The line with one of these texts that comes first.</summary>
    public async Task<string> AnyLineAsync(CancellationToken cancel, params string[] parts)
        => await await Task.WhenAny(parts.Select(part => WaitForLineAsync(part, cancel)));

    /// <summary>Attaches this test's own process.</summary>
    public Task<ZergClient> AttachAsync(
        CancellationToken cancel, string release = "v1", string name = "", ZergMode mode = ZergMode.Auto)
        => ZergClient.AttachAsync(
            new ZergClientOptions { Pool = Path, Release = release, Name = name, Mode = mode, App = "tests" }, cancel);

    /// <summary>Attaches, becomes ready and accepts.</summary>
    public async Task<ZergClient> ServeAsync(CancellationToken cancel, string release = "v1", string name = "")
    {
        var client = await AttachAsync(cancel, release, name);
        await client.ReadyAsync(cancel);
        await client.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);
        await StateAsync(client.Session, "accepting", cancel);
        return client;
    }

    /// <summary>The document of <c>status --json</c>, asked over the control socket.</summary>
    public async Task<JsonElement> StatusAsync(CancellationToken cancel)
        => (await RawPeer.OrderAsync(Control, "status", null, cancel)).GetProperty("status");

    public async Task<JsonElement[]> ZerglingsAsync(CancellationToken cancel)
        => [.. (await StatusAsync(cancel)).GetProperty("zerglings").EnumerateArray()];

    /// <summary>Waits until a zergling is in a state; "gone" until it is in none.</summary>
    public async Task StateAsync(int id, string state, CancellationToken cancel)
    {
        var last = "never asked";
        try
        {
            await UntilAsync(async () => (last = await StateOfAsync(id, cancel)) == state, cancel);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"zergling {id} is {last}, not {state}:\n{string.Join('\n', Process.Lines)}");
        }
    }

    /// <summary>The state of a zergling, "gone" when it is not there.</summary>
    public async Task<string> StateOfAsync(int id, CancellationToken cancel)
        => (await ZerglingsAsync(cancel)).FirstOrDefault(one => one.GetProperty("id").GetInt32() == id)
            is { ValueKind: JsonValueKind.Object } found ? found.GetProperty("state").GetString()! : "gone";

    /// <summary>Where the sockets are, in order.</summary>
    public async Task<IReadOnlyList<string>> AddressesAsync(CancellationToken cancel)
        => [.. (await StatusAsync(cancel)).GetProperty("sockets").EnumerateArray()
            .Select(socket => socket.GetProperty("address").GetString()!)];

    public async Task<IPEndPoint> EndPointAsync(CancellationToken cancel)
        => IPEndPoint.Parse((await AddressesAsync(cancel))[0]);

    /// <summary>For what tells nobody when it changes: looks again until it holds or the test's time is over.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, CancellationToken cancel)
    {
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
            await again.WaitForNextTickAsync(cancel);
    }

    public static Task UntilAsync(Func<bool> holds, CancellationToken cancel)
        => UntilAsync(() => Task.FromResult(holds()), cancel);

    /// <summary>Open descriptors of a process, but for files: the runtime loads an assembly when it likes.</summary>
    public static int Descriptors(int pid) => System.IO.Directory.GetFileSystemEntries($"/proc/{pid}/fd")
        .Count(one => new FileInfo(one).LinkTarget is { } target && !target.StartsWith('/'));

    /// <summary>Waits until a process has at most so many descriptors open, else says which it has.</summary>
    public static async Task DescriptorsAsync(int pid, int most, CancellationToken cancel)
    {
        try
        {
            await UntilAsync(() => Descriptors(pid) <= most, cancel);
        }
        catch (OperationCanceledException)
        {
            var kinds = System.IO.Directory.GetFileSystemEntries($"/proc/{pid}/fd")
                .GroupBy(one => new FileInfo(one).LinkTarget?.Split('[')[0])
                .Select(group => $"{group.Count()} {group.Key}");
            throw new TimeoutException($"{Descriptors(pid)} descriptors, not {most}:\n{string.Join('\n', kinds)}");
        }
    }

    /// <summary>A line of /proc/PID/status, its words.</summary>
    public static string[] ProcStatus(int pid, string name) => System.IO.File.ReadLines($"/proc/{pid}/status")
        .First(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..]
        .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>SIGTERM, and its exit status.</summary>
    public async Task<int> StopAsync(CancellationToken cancel)
    {
        Process.Signal(Signum.SIGTERM);
        return await Process.ExitAsync(cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(s_exitPatience);
        try
        {
            if (!Process.HasExited)
                await StopAsync(patience.Token);
            Assert.That(
                Process.ExitCode, Is.LessThan(128).Or.EqualTo(128 + (int)Signum.SIGKILL),
                string.Join('\n', Process.Lines));
        }
        finally
        {
            Process.Dispose();
            if (_ownsDirectory)
                System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}

/// <summary>A child whose lines and whose end can be awaited; killed with the test.</summary>
internal sealed class HelperProcess : IDisposable
{
    // In parts: while the machine stands still one of them goes by, and not all.
    private const int LastWords = 10;

    private static readonly TimeSpan s_lastWord = TimeSpan.FromMilliseconds(100);

    private readonly Process _process = new();
    private readonly List<string> _lines = [];
    private readonly List<string> _output = [];
    private readonly List<(string Part, TaskCompletionSource<string> Found)> _waiting = [];
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private HelperProcess(ProcessStartInfo start)
    {
        _process.StartInfo = start;
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => _exit.TrySetResult(_process.ExitCode);
        Executable.Start(_process);
        Pid = _process.Id;
        _reading = Task.WhenAll(ReadAsync(_process.StandardError, false), ReadAsync(_process.StandardOutput, true));
    }

    public int Pid { get; }

    public bool HasExited => _exit.Task.IsCompleted;

    public int ExitCode => _exit.Task.Result;

    /// <summary>Every line so far, of both streams.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>The lines on stdout.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_lines)
                return [.. _output];
        }
    }

    /// <summary>The lines on stderr.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_lines)
                return [.. _lines.Except(_output)];
        }
    }

    public static HelperProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new HelperProcess(start);
    }

    /// <summary>A program in the language of the machine's own python, under another uid if one is given.</summary>
    public static HelperProcess Python(string source, uint? uid = null, string groups = "", params string[] arguments)
    {
        string[] drop = uid is null ? [] :
        [
            "setpriv", $"--reuid={uid}", $"--regid={uid}",
            groups.Length == 0 ? "--clear-groups" : $"--groups={groups}",
        ];
        string[] all = [.. drop, "/usr/bin/python3", "-u", "-c", source, .. arguments];
        return Start(all[0], all[1..]);
    }

    public int Count(string part) => Lines.Count(line => line.Contains(part, StringComparison.Ordinal));

    /// <summary>A line that has come or will come and that contains a text.</summary>
    public async Task<string> WaitForLineAsync(string part, CancellationToken cancel)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lines)
        {
            if (_lines.Find(line => line.Contains(part, StringComparison.Ordinal)) is { } there)
                return there;
            _waiting.Add((part, found));
        }

        try
        {
            return await found.Task.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no line with '{part}' came:\n{string.Join('\n', Lines)}");
        }
    }

    public Task WriteAsync(string line) => _process.StandardInput.WriteAsync(line + "\n")
        .ContinueWith(_ => _process.StandardInput.FlushAsync(), TaskScheduler.Default).Unwrap();

    /// <summary>Waits for the exit status and for what it wrote last.</summary>
    public async Task<int> ExitAsync(CancellationToken cancel)
    {
        try
        {
            var status = await _exit.Task.WaitAsync(cancel);

            // Bounded: a grandchild may hold the pipes.
            for (var left = LastWords; left > 0 && !_reading.IsCompleted; left--)
                await _reading.WaitAsync(s_lastWord, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return status;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"pid {Pid} did not end:\n{string.Join('\n', Lines)}");
        }
    }

    /// <summary>Waits until both streams have ended.</summary>
    public Task OutputEndAsync(CancellationToken cancel) => _reading.WaitAsync(cancel);

    public void Signal(Signum signal)
    {
        if (!HasExited)
            _ = Syscall.kill(Pid, signal);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!HasExited)
            ProcessTree.End([Pid]);
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader stream, bool isOutput)
    {
        // Whoever has asked for it has to close it, and else it stays open until it is collected.
        using var own = stream;
        while (await stream.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Add(line);
                if (isOutput)
                    _output.Add(line);
                foreach (var waiter in _waiting.FindAll(one => line.Contains(one.Part, StringComparison.Ordinal)))
                {
                    _waiting.Remove(waiter);
                    waiter.Found.SetResult(line);
                }
            }
        }
    }
}
