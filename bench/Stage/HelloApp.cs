using System.Net;

namespace Zerg.Stage;

/// <summary>One release of examples/hello.</summary>
internal sealed class HelloApp : IAsyncDisposable
{
    private HelloApp(Child child, string release)
    {
        Child = child;
        Release = release;
    }

    public Child Child { get; }

    public string Release { get; }

    /// <summary>Starts it as a zergling of a pool.</summary>
    /// <param name="pool">The path to attach to.</param>
    /// <param name="release">What it calls itself.</param>
    /// <param name="drainIdle">How long idle connections may still speak while it drains.</param>
    /// <param name="failure">What HELLO_FAIL is to be, if anything.</param>
    /// <param name="onLine">Told each line of its output.</param>
    /// <param name="more">Further variables.</param>
    public static HelloApp Attach(
        string pool, string release, TimeSpan drainIdle, string? failure = null, Action<string>? onLine = null,
        params IEnumerable<(string Name, string? Value)> more)
    {
        var environment = new Dictionary<string, string?>
        {
            ["ZERG"] = pool,
            ["ZERG_RELEASE"] = release,
            ["ZERG_DRAIN_IDLE"] = $"{(int)drainIdle.TotalMilliseconds}ms",
            ["HELLO_FAIL"] = failure,
            ["ASPNETCORE_URLS"] = null,
        };
        foreach (var (name, value) in more)
            environment[name] = value;
        return new HelloApp(Child.Start(ProgramFile.Hello, [], environment, onLine), release);
    }

    /// <summary>Starts it without a pool, on a port of its own.</summary>
    public static async Task<(HelloApp App, IPEndPoint EndPoint)> BindAsync(CancellationToken cancel)
    {
        var environment = new Dictionary<string, string?>
        {
            ["ZERG"] = null,
            ["ZERG_RELEASE"] = "alone",
            ["HELLO_FAIL"] = null,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
        };
        var app = new HelloApp(Child.Start(ProgramFile.Hello, [], environment), "alone");
        const string Listening = "Now listening on: http://";
        var line = await app.Child.LineAsync(Listening, cancel);
        var at = line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length;
        return (app, IPEndPoint.Parse(line[at..].Trim()));
    }

    public ValueTask DisposeAsync() => Child.DisposeAsync();
}
