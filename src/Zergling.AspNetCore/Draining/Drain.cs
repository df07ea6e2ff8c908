using Microsoft.AspNetCore.Connections;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore.Draining;

/// <summary>Ends every connection in its own time: after its next response, when it stays quiet, at mercy by force.</summary>
internal sealed class Drain(ConnectionRegister register, ZerglingOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_spread = TimeSpan.FromSeconds(1);

    // An aborted connection is gone in no time, unless its handler does not look.
    private static readonly TimeSpan s_aftermath = TimeSpan.FromSeconds(1);

    /// <summary>Returns true when every connection ended by itself, false when force was needed.</summary>
    /// <param name="mercy">How long they may take.</param>
    /// <param name="forcing">Called before the first is ended by force.</param>
    /// <param name="hurry">There is no mercy any more.</param>
    public async Task<bool> RunAsync(TimeSpan mercy, Action forcing, CancellationToken hurry)
    {
        register.BeginDrain();
        var began = register.Now;
        var spread = mercy < 2 * s_spread ? mercy / 2 : s_spread;
        var force = began + (long)(mercy - spread).TotalMilliseconds;
        using var tick = new PeriodicTimer(s_tick, time);
        try
        {
            while (register.Count > 0 && register.Now < force)
            {
                CloseQuiet(began);
                await tick.WaitForNextTickAsync(hurry);
            }
        }
        catch (OperationCanceledException)
        {
            spread = TimeSpan.Zero;
        }

        if (register.Count == 0)
            return true;
        register.BeginForce();
        forcing();
        await ForceAsync(spread, hurry);
        return false;
    }

    /// <summary>Ends connections in their own time, none of them by force, until it is told to stop.</summary>
    public async Task PartAsync(CancellationToken stop)
    {
        var began = register.Now;
        using var tick = new PeriodicTimer(s_tick, time);
        try
        {
            while (register.Count > 0)
            {
                CloseQuiet(began);
                await tick.WaitForNextTickAsync(stop);
            }
        }
        catch (OperationCanceledException)
        {
            // It is resumed, or leaves.
        }
    }

    /// <summary>Aborts what is open, over a length of time so that the clients do not all come back at once.</summary>
    public async Task ForceAsync(TimeSpan spread, CancellationToken hurry)
    {
        var left = register.Open.ToArray();
        var began = register.Now;
        var aborted = 0;
        using var tick = new PeriodicTimer(s_tick, time);

        // All of them, however late this process comes to it.
        while (register.Count > 0
            && (aborted < left.Length || register.Now < began + (spread + s_aftermath).TotalMilliseconds))
        {
            var passed = hurry.IsCancellationRequested || spread == TimeSpan.Zero
                ? 1
                : (register.Now - began) / spread.TotalMilliseconds;
            var due = passed >= 1 ? left.Length : (int)(left.Length * passed);
            for (; aborted < due; aborted++)
                left[aborted].Abort(new ConnectionAbortedException("the drain's mercy is over"));
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private void CloseQuiet(long began)
    {
        var now = register.Now;
        foreach (var connection in register.Open)
        {
            // Counted from the drain at the earliest: who was idle for long gets its chance as well, since a client
            // that speaks every few seconds then does so, and its response ends the connection without a race.
            if (connection.Requests > 0 || connection.IsAsked)
                continue;
            if (connection.Patience == 0)
                connection.Patience = options.DrainIdle.TotalMilliseconds * (0.8 + 0.4 * Random.Shared.NextDouble());
            if (now >= Math.Max(began, connection.QuietSince) + connection.Patience)
                connection.Ask();
        }
    }
}
