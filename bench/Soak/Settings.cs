namespace Zerg.Soak;

/// <summary>The configuration of the pool, in the versions that a soak goes through.</summary>
/// <param name="directory">Where its sockets are.</param>
internal sealed class Settings(string directory)
{
    private const int Steps = 6;

    private int _step;
    private bool _moreForApps;
    private bool _moreForWorkers;
    private bool _isBroken;
    private int _backlog = 512;

    public string AppPool => Path.Combine(directory, "apps.sock");

    public string WorkerPool => Path.Combine(directory, "workers.sock");

    /// <summary>The socket that came with the last step; null when none did.</summary>
    public string? Added { get; private set; }

    /// <summary>The next change.</summary>
    /// <returns>Whether the pool is to take it.</returns>
    public bool Step()
    {
        Added = null;
        _isBroken = false;
        switch (_step++ % Steps)
        {
            case 0:
                _moreForApps = true;
                Added = More("apps");
                break;
            case 1:
                _backlog = _backlog == 512 ? 1024 : 512;
                break;
            case 2:
                _moreForApps = false;
                break;
            case 3:
                _isBroken = true;
                break;
            case 4:
                _moreForWorkers = true;
                Added = More("workers");
                break;
            case 5:
                _moreForWorkers = false;
                break;
        }

        return !_isBroken;
    }

    /// <summary>Takes back what the pool refused.</summary>
    public void Mend() => _isBroken = false;

    public override string ToString() => $"""
        zerg:
          zerg-pool:
            - {AppPool}:127.0.0.1:0{(_moreForApps ? "," + More("apps") : "")}
            - {WorkerPool}:127.0.0.1:0{(_moreForWorkers ? "," + More("workers") : "")}
          listen: {_backlog}
          worker-reload-mercy: {(_isBroken ? "soon" : "30s")}

        """;

    private string More(string name) => Path.Combine(directory, $"more-{name}.sock");
}
