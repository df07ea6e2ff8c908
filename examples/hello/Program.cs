using Hello;
using Zergling.AspNetCore;

// Tests let a release go wrong: at its start, before it is ready, or in its answers.
var failure = Environment.GetEnvironmentVariable("HELLO_FAIL");
if (failure == "start")
{
    Console.Error.WriteLine("hello: told to fail at start");
    Environment.ExitCode = 3;
    return;
}

var builder = WebApplication.CreateBuilder(args);
builder.UseZergling();
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
if (Environment.GetEnvironmentVariable("HELLO_TLS") is not null)
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endPoint => endPoint.UseHttps()));
if (failure is "hang" or "throw")
    builder.Services.AddHostedService(_ => new FailingStart(failure));
var app = builder.Build();

var lifetime = app.Services.GetRequiredService<ZergLifetime>();
if (failure == "drain-throws")
    lifetime.Draining.Register(() => throw new InvalidOperationException("told to fail at the drain"));
if (failure == "drain-blocks")
    lifetime.Draining.Register(() => Thread.Sleep(Timeout.Infinite));
app.Use((context, next) =>
{
    context.Response.Headers["X-Release"] = lifetime.Release;
    return next(context);
});
Mischief.Begin(app);
app.UseWebSockets();
app.MapGet("/", () => failure == "warmup" ? Results.StatusCode(500) : Results.Text("hello\n"));
app.MapGet("/slow", Routes.SlowAsync);
if (failure == "answers")
    Mischief.Map(app);
app.MapPost("/upload", (Delegate)Routes.UploadAsync);
app.MapGet("/download", Routes.DownloadAsync);
app.MapGet("/sse", Routes.EventsAsync);
app.Map("/ws", Routes.EchoAsync);
if (failure == "stop")
    app.MapGet("/stop", app.Lifetime.StopApplication);
app.Run();
