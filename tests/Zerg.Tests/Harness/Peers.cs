namespace Zerg.Tests.Harness;

/// <summary>Other people's servers. In CI a missing one fails its tests, elsewhere it skips them.</summary>
internal static class Peers
{
    private static readonly Dictionary<string, (string File, string Package)> s_known = new()
    {
        ["uwsgi"] = ("/usr/bin/uwsgi", "uwsgi-core uwsgi-plugin-python3"),
        ["gunicorn"] = ("/usr/bin/gunicorn", "gunicorn"),
        ["uvicorn"] = ("/usr/lib/python3/dist-packages/uvicorn/server.py", "python3-uvicorn"),
        ["node"] = ("/usr/bin/node", "nodejs"),
        ["nginx"] = ("/usr/sbin/nginx", "nginx-light"),
        ["supervisord"] = ("/usr/bin/supervisord", "supervisor"),
        ["systemd"] = ("/lib/systemd/systemd", "systemd"),
        ["prometheus_client"] = ("/usr/lib/python3/dist-packages/prometheus_client/openmetrics/parser.py", "python3-prometheus-client"),
        ["h2load"] = ("/usr/bin/h2load", "nghttp2-client"),
        ["tmux"] = ("/usr/bin/tmux", "tmux"),
        ["groff"] = ("/usr/bin/groff", "groff-base"),
        ["man"] = ("/usr/bin/man", "man-db"),
    };

    public static void Require(string name)
    {
        var (file, package) = s_known[name];
        var found = File.Exists(file) || OnPath(Path.GetFileName(file));
        var missing = $"{name} is missing: apt-get install {package}";
        if (!found && Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(missing);
        Assume.That(found, missing);
    }

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries).Any(directory => File.Exists(Path.Combine(directory, program)));
}
