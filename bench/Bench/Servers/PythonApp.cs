using Zerg.Stage;

namespace Zerg.Bench.Servers;

/// <summary>The app that the Python servers run: what examples/hello answers.</summary>
internal static class PythonApp
{
    private const string Code = """
        def application(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "6")])
            return [b"hello\n"]

        """;

    public static Dictionary<string, string?> Environment { get; } = new() { ["PYTHONDONTWRITEBYTECODE"] = "1" };

    public static string Write(TemporaryDirectory directory) => directory.Write("app.py", Code);
}
