using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore.Draining;

/// <summary>The first middleware: counts each request of the pool's connections.</summary>
internal sealed class RequestTracker : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(Track);
        next(app);
    };

    // No state machine and no closure: this runs for every request.
    private static RequestDelegate Track(RequestDelegate next) => context =>
        context.Features.Get<TrackedConnection>()?.Begin(context) is { } request
            ? request.Answering = next(context)
            : next(context);
}
