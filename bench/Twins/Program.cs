// The same app twice, for two pools, in one process and so from the same compiled code: the second counts no responses.
await Task.WhenAll(args.Zip(["true", "false"], Build).Select(app => app.RunAsync()));

static WebApplication Build(string pool, string counts)
{
    var builder = WebApplication.CreateBuilder(["--zerg", pool, "--zerg-release", "v1", "--zerg-count-responses", counts]);
    builder.UseZergling();
    builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
    var app = builder.Build();
    app.MapGet("/", () => Results.Text("hello\n"));
    return app;
}
