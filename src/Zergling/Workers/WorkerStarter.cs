using System.Globalization;
using System.Threading.Channels;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zergling.Output;
using Zergling.Readiness;

namespace Zergling.Workers;

/// <summary>Starts worker processes, and has everything that they do reported to the owner loop.</summary>
internal sealed class WorkerStarter : IDisposable
{
    private const int FirstSocket = 3;

    private readonly ZerglingOptions _options;
    private readonly WorkerEnvironment _environment;
    private readonly EnvironmentBlock _own;
    private readonly ChannelWriter<LauncherEvent> _events;
    private readonly TimeProvider _time;
    private readonly Poller _processes;
    private readonly Poller _outputs;
    private readonly (LineWriter Output, LineWriter Error) _sinks = (new LineWriter(1), new LineWriter(2));
    private readonly PrivateDirectory _directory = new("zergling-", ReadinessWatch.LongestName);
    private readonly ulong _fileLimit;
    private KeeperLink? _keeper;
    private int _started;

    public WorkerStarter(
        ZerglingOptions options, string release, ChannelWriter<LauncherEvent> events, TimeProvider time)
    {
        _options = options;
        _events = events;
        _processes = new Poller(problem => Post(new LauncherEvent.Broken(problem)));
        _outputs = new Poller(problem => Post(new LauncherEvent.Broken(problem)));
        _time = time;
        _own = EnvironmentBlock.OfThisProcess();
        _environment = new WorkerEnvironment(_own, options, release);
        _fileLimit = options.MaxFd is { } given ? (ulong)given : OriginalFileLimit.Read();
    }

    /// <summary>Spawns a worker on these sockets.</summary>
    /// <exception cref="IOException">There is no room for it, or its directory is gone.</exception>
    public Worker Start(int number, IReadOnlyList<ZergSocket> sockets)
    {
        var readiness = new ReadinessWatch(_processes, _options.Ready, _directory.Ensure(), ++_started);
        try
        {
            return Start(number, sockets, readiness);
        }
        catch
        {
            readiness.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _processes.Dispose();
        _outputs.Dispose();

        // Before the keeper learns that the launcher is gone, since it would do the same.
        _directory.Dispose();
        _keeper?.Dispose();
    }

    private Worker Start(int number, IReadOnlyList<ZergSocket> sockets, ReadinessWatch readiness)
    {
        using var output = Pipe.Create();
        using var error = Pipe.Create();
        List<FileDescriptor> descriptors = [.. sockets.Select(socket => socket.Descriptor)];
        List<string> names = [.. sockets.Select(socket => socket.Name)];
        if (readiness.Probe is { } probe)
        {
            descriptors.Add(probe);
            names.Add(ReadinessWatch.ProbeName);
        }

        var environment = _environment.For(number, names, readiness.NotifyPath);
        environment.Set(ExecVariables.FileLimit, _fileLimit.ToString(CultureInfo.InvariantCulture));
        environment.Set(
            ExecVariables.Started, (FirstSocket + descriptors.Count).ToString(CultureInfo.InvariantCulture));

        // Before the worker, which nobody would know of if this failed.
        var keeper = Keeper();
        var process = Spawn.Start(new SpawnRequest
        {
            Program = OwnProgram.Path,
            Arguments = [.. OwnProgram.Arguments, ExecVerb.Verb, "--", .. _options.Command],
            Environment = environment,
            Directory = _options.Chdir,
            Output = output.Write,
            Error = error.Write,
            Descriptors = [.. descriptors, readiness.Started],
        });

        keeper.Keep(number, output.Read, error.Read);
        var passedOn = new WorkerOutput(
            _outputs, number, _sinks, (output.Read.Duplicate(), error.Read.Duplicate()),
            () => Post(new LauncherEvent.LineCut(number)));
        var worker = new Worker(number, process, _time) { Output = passedOn, Readiness = readiness };
        Watch(worker);
        return worker;
    }

    private KeeperLink Keeper()
    {
        if (_keeper?.IsAlive == true)
            return _keeper;
        _keeper?.Dispose();
        return _keeper = KeeperLink.Start(_own, _directory.Ensure());
    }

    private void Watch(Worker worker)
    {
        worker.Readiness.Begin(
            () => Post(new LauncherEvent.Executed(worker)),
            notification => Post(new LauncherEvent.Notified(worker, notification)));
        var ended = worker.Process.Descriptor;
        _processes.Add(ended, () =>
        {
            // What it leaves behind in its group (a shell's children) must not go on accepting. Now its id is still
            // taken: it is a zombie until the next line collects it.
            worker.Process.SignalGroup(_options.StopSignal.Number);
            if (worker.Process.TryWait() is not { } status)
                return;
            _processes.Remove(ended);
            Post(new LauncherEvent.Ended(worker, status));
        });
    }

    private void Post(LauncherEvent what) => _events.TryWrite(what);
}
