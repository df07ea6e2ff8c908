namespace Zerg.Configuration.Uwsgi;

/// <summary>What becomes of the options of uWSGI that real configurations have and the vocabulary has not.</summary>
internal static class KnownOptions
{
    private const string App = "what runs the application is named by 'command'";
    private const string Static = "files are served by the application, or by a proxy in front";
    private const string Mules = "run job handlers beside it, as programs of their own";
    private const string Orders = "'zergpool pause', 'resume', 'drain' and 'stop' give these orders";
    private const string Foreground = "both programs stay in the foreground, for a service manager";
    private const string Stats = "'zergpool status --json' shows what the pool knows";

    public static IReadOnlyList<KnownOption> All { get; } =
    [
        No("master", "the pool and the launcher are what a master is for"),
        No("enable-threads", "a worker starts the threads that it needs"),
        No("thunder-lock", "workers share one queue, in which the kernel wakes one of them"),
        No("py-call-osafterfork", "workers are started, not forked from a running interpreter"),
        No("single-interpreter", "a worker is a program of its own"),
        No("lazy", "each worker loads the application itself"),
        No("lazy-apps", "each worker loads the application itself"),
        No("need-app", "a release that does not become ready takes nothing over"),
        No("die-on-term", "SIGTERM ends both programs in order"),
        No("hook-master-start", "SIGINT and SIGTERM end both programs in order, a second one by force", "unix_signal:"),
        No("hook-accepting1-once", "the pool hands over when a release is ready", "writefifo:"),
        No("hook-accepting1-once", "the pool hands over when a release is ready", "spinningfifo:"),
        No("vacuum", "the pool removes the socket files that it made"),
        No("no-orphans", "the pool looks after the workers of a launcher that died"),
        No("reload-mercy", "workers have 'worker-reload-mercy', in uWSGI too"),
        No("plugin", "there are no plugins"),
        No("plugins", "there are no plugins"),
        No("plugin-dir", "there are no plugins"),
        No("plugins-dir", "there are no plugins"),
        No("need-plugin", "there are no plugins"),
        No("need-plugins", "there are no plugins"),
        No("show-config", "'zergpool check' shows the configuration"),
        NotYet("module", App),
        NotYet("wsgi", App),
        NotYet("wsgi-file", App),
        NotYet("file", App),
        NotYet("callable", App),
        NotYet("mount", App),
        NotYet("paste", App),
        NotYet("ini-paste", App),
        NotYet("ini-paste-logged", App),
        NotYet("virtualenv", App),
        NotYet("venv", App),
        NotYet("home", App),
        NotYet("pyhome", App),
        NotYet("pythonpath", App + ", its PYTHONPATH by 'env'"),
        NotYet("python-path", App + ", its PYTHONPATH by 'env'"),
        NotYet("pp", App + ", its PYTHONPATH by 'env'"),
        NotYet("http-to-https", "nobody redirects, so the address is not bound"),
        NotYet("protocol", "a socket speaks what its option says: 'socket', 'http-socket', 'https'"),
        NotYet("socket-protocol", "a socket speaks what its option says: 'socket', 'http-socket', 'https'"),
        NotYet("static-map", Static),
        NotYet("static-map2", Static),
        NotYet("static-safe", Static),
        NotYet("static-index", Static),
        NotYet("check-static", Static),
        NotYet("offload-threads", Static),
        NotYet("mule", Mules),
        NotYet("mules", Mules),
        NotYet("farm", Mules),
        NotYet("mule-reload-mercy", Mules),
        NotYet("master-fifo", Orders),
        NotYet("fifo", Orders),
        NotYet("hook-master-start", "only its unix_signal needs no hook"),
        NotYet("hook-accepting1-once", "only the FIFOs of a hand-over need no hook"),
        NotYet("stats", Stats),
        NotYet("stats-server", Stats),
        NotYet("stats-http", Stats),
        NotYet("pidfile", Foreground),
        NotYet("pidfile2", Foreground),
        NotYet("safe-pidfile", Foreground),
        NotYet("daemonize", Foreground),
        NotYet("daemonize2", Foreground),
        NotYet("logto2", "'logto' names the file to log to"),
        NotYet("umask", "set it where the program is started"),
        NotYet("buffer-size", "what serves the application has a limit of its own"),
        NotYet("harakiri", "what serves the application has a limit of its own"),
        NotYet("max-requests", "what serves the application has a limit of its own"),
    ];

    public static KnownOption? Find(Option option) =>
        All.FirstOrDefault(known => known.Name == option.Name
            && (known.Prefix is null || option.Value.TrimStart().StartsWith(known.Prefix, StringComparison.Ordinal)));

    private static KnownOption No(string name, string note, string? prefix = null) =>
        new(name, Verdict.NoMeaning, note) { Prefix = prefix };

    private static KnownOption NotYet(string name, string note) => new(name, Verdict.NotSupported, note);
}
