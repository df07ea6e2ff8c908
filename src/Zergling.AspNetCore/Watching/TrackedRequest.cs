using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore.Watching;

/// <summary>A request from its begin to the end of its response; then the next one of its connection.</summary>
internal sealed class TrackedRequest(TrackedConnection connection)
{
    private HttpContext? _context;
    private long _began;

    /// <summary>Another one that is not in use.</summary>
    public TrackedRequest? Next { get; set; }

    /// <summary>The app's work at the response; null before that, and when it threw at once.</summary>
    public Task? Answering { get; set; }

    public void Begin(HttpContext context)
        => (_context, _began, Answering, Next) = (context, Stopwatch.GetTimestamp(), null, null);

    /// <summary>The response has been written to its end, or never will be.</summary>
    public Task CompletedAsync()
    {
        var context = _context!;
        var took = Stopwatch.GetTimestamp() - _began;
        connection.Responses!.Add(
            IsBroken(context) ? StatusCodes.Status500InternalServerError : context.Response.StatusCode,
            IsTimed(context) ? took : null);
        _context = null;
        Answering = null;
        return connection.CompletedAsync(this);
    }

    // Whoever holds such a response open says nothing about how fast the app is.
    private static bool IsTimed(HttpContext context)
        => context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols
            && !HttpMethods.IsConnect(context.Request.Method)
            && context.Response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) != true;

    // The status was sent before the app threw. Kestrel has changed it where it could, so it says the rest: a client that
    // left is 499, and what a client sent amiss is its own.
    private bool IsBroken(HttpContext context) => Answering switch
    {
        // One that was upgraded ends with the connection, in whatever exception the app learns of that.
        _ when context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols => false,
        { IsFaulted: true, Exception.InnerException: var problem } => problem is not BadHttpRequestException
            && !(problem is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested),
        { IsCanceled: true } => !context.RequestAborted.IsCancellationRequested,
        _ => false,
    };
}
