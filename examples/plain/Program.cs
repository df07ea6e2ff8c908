// An ASP.NET Core app with nothing of ours: it listens on whatever it inherits (LISTEN_FDS).
var builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.UseSystemd());
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
var app = builder.Build();

var release = Environment.GetEnvironmentVariable("ZERG_RELEASE") ?? "none";
app.Use((context, next) =>
{
    context.Response.Headers["X-Release"] = release;
    return next(context);
});
app.MapGet("/", () => $"release {release}, pid {Environment.ProcessId}\n");
app.MapGet("/slow", async (int ms, CancellationToken cancel) =>
{
    await Task.Delay(ms, cancel);
    return "slow\n";
});
app.Run();
