using System.Diagnostics;
using System.Globalization;

namespace Hello;

/// <summary>
/// For tests. HELLO_BAD: one answer of so many is wrong; HELLO_LATE: all are late, in ms; HELLO_DIES: it does, so many ms after
/// it has started.
/// </summary>
internal static class Mischief
{
    public static void Begin(WebApplication app)
    {
        var (every, late) = (Number("HELLO_BAD"), Number("HELLO_LATE"));
        var answered = 0;
        if (Number("HELLO_DIES") is var life and > 0)
            app.Lifetime.ApplicationStarted.Register(() => Task.Delay(life).ContinueWith(_ => Process.GetCurrentProcess().Kill()));
        if (every == 0 && late == 0)
            return;
        app.Use(async (context, next) =>
        {
            // It still becomes ready.
            if (context.Request.Headers.UserAgent == "zergling-warm-up")
            {
                await next(context);
                return;
            }

            if (late > 0)
                await Task.Delay(late, context.RequestAborted);
            if (every > 0 && Interlocked.Increment(ref answered) % every == 0)
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            else
                await next(context);
        });
    }

    /// <summary>Answers that come to no good end.</summary>
    public static void Map(WebApplication app)
    {
        app.MapGet("/throws", string () => throw new InvalidOperationException("told to fail"));
        app.MapGet("/breaks", async context =>
        {
            await context.Response.WriteAsync("begun\n");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("told to fail");
        });
    }

    private static int Number(string variable)
        => int.Parse(Environment.GetEnvironmentVariable(variable) ?? "0", CultureInfo.InvariantCulture);
}
