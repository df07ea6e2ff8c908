namespace Zerg.Stage;

/// <summary>One release of a WSGI application, run by gunicorn as workers of the launcher.</summary>
internal sealed class LaunchedApp : IAsyncDisposable
{
    private const string Code = """
        import os
        def application(environ, start_response):
            start_response("200 OK", [("Content-Length", "6"), ("X-Release", os.environ["ZERG_RELEASE"])])
            return [b"hello\n"]

        """;

    private LaunchedApp(Child child, string release) => (Child, Release) = (child, release);

    public Child Child { get; }

    public string Release { get; }

    /// <summary>Starts it as a zergling of a pool.</summary>
    /// <param name="launcher">The program zergling.</param>
    /// <param name="gunicorn">The server.</param>
    /// <param name="pool">The path to attach to.</param>
    /// <param name="release">What it calls itself.</param>
    /// <param name="directory">For the application.</param>
    public static LaunchedApp Attach(
        ProgramFile launcher, ProgramFile gunicorn, string pool, string release, TemporaryDirectory directory)
    {
        if (!File.Exists(directory.File("app.py")))
            directory.Write("app.py", Code);
        string[] arguments =
        [
            "--zerg", pool, "--release", release, "--processes", "2", "--ready", "http:/", "--chdir", directory.Path,
            "--", gunicorn.Program, "-w", "1", "app:application",
        ];
        return new LaunchedApp(
            Child.Start(launcher, arguments, new Dictionary<string, string?> { ["PYTHONDONTWRITEBYTECODE"] = "1" }),
            release);
    }

    public ValueTask DisposeAsync() => Child.DisposeAsync();
}
