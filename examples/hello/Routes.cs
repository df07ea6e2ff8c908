using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Zergling.AspNetCore;

namespace Hello;

/// <summary>What the load tests ask for.</summary>
internal static class Routes
{
    private static readonly byte[] s_filler = new byte[64 * 1024];

    public static async Task<string> SlowAsync(int ms, CancellationToken cancel)
    {
        await Task.Delay(ms, cancel);
        return "slow\n";
    }

    public static async Task<string> UploadAsync(HttpContext context)
    {
        // Slow clients are welcome, and so are large bodies.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;

        long total = 0;
        while (true)
        {
            var result = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
            total += result.Buffer.Length;
            context.Request.BodyReader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return total.ToString(CultureInfo.InvariantCulture) + "\n";
        }
    }

    public static async Task DownloadAsync(HttpContext context, long bytes)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = bytes;
        for (var left = bytes; left > 0; left -= s_filler.Length)
        {
            await context.Response.Body.WriteAsync(
                s_filler.AsMemory(0, (int)Math.Min(left, s_filler.Length)), context.RequestAborted);
        }
    }

    public static async Task EventsAsync(HttpContext context, ZergLifetime lifetime)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.Draining);
        context.Response.ContentType = "text/event-stream";
        try
        {
            for (var count = 0; ; count++)
            {
                await context.Response.WriteAsync($"data: {count}\n\n", over.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(200), over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The client reconnects by itself, to whoever serves then.
        }
    }

    public static async Task EchoAsync(HttpContext context, ZergLifetime lifetime)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var draining = lifetime.Draining.Register(
            () => _ = socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "draining", default));
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var message = await socket.ReceiveAsync(buffer, context.RequestAborted);
            if (message.MessageType == WebSocketMessageType.Close)
                break;
            if (socket.State == WebSocketState.Open)
            {
                await socket.SendAsync(
                    buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, default);
            }
        }

        if (socket.State == WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }
}
