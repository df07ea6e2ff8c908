using System.Threading.Channels;
using Zerg;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore;

/// <summary>The sockets of one pool, or of the launcher, and what is known of its wishes. The overseer's alone.</summary>
internal sealed class Attachment(ZergClient? client, string source)
{
    // The latest report wins: a pool that hangs for a while need not hear of every second of it.
    private readonly Channel<ZergReport> _reports = Channel.CreateBounded<ZergReport>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private ZergReport? _told;
    private Task _reporting = Task.CompletedTask;

    /// <summary>The session; null for the launcher's sockets.</summary>
    public ZergClient? Client => client;

    /// <summary>Where the sockets are from, for people.</summary>
    public string Source => source;

    /// <summary>Reads the orders of the session.</summary>
    public Task Following { get; set; } = Task.CompletedTask;

    public Dictionary<string, Gate> Gates { get; } = [];

    /// <summary>Nobody gives orders here: the launcher's sockets, or a plain uWSGI pool's.</summary>
    public bool IsPlain => client is null or { IsPlain: true };

    /// <summary>The session is over.</summary>
    public bool IsOrphan { get; set; }

    /// <summary>The last order to accept or not to; null before the first.</summary>
    public bool? Wanted { get; set; }

    public bool IsDraining { get; set; }

    /// <summary>
    /// Connections are accepted as soon as the app is warm. An orphan that was paused, or never told to accept, does:
    /// nobody is left who could resume it. A standby that was never resumed is not meant to serve.
    /// </summary>
    public bool Accepts(ZergMode mode) => !IsDraining && (IsOrphan
        ? Wanted == true || mode != ZergMode.Standby
        : Wanted ?? IsPlain);

    /// <summary>Leaves for the pool what it does not know yet; it never waits for the pool.</summary>
    public void Report(bool warm, ZergMode mode, ConnectionRegister register)
    {
        var state = IsDraining ? ZerglingState.Draining
            : !warm ? ZerglingState.Starting
            : Accepts(mode) ? ZerglingState.Accepting
            : ZerglingState.Paused;
        var report = new ZergReport(state, register.Count, register.Requests);
        if (client is null || IsOrphan || report == _told)
            return;
        _told = report;
        _reports.Writer.TryWrite(report);
    }

    /// <summary>Sends the reports from now on.</summary>
    public void BeginReports() => _reporting = Task.Run(SendReportsAsync);

    /// <summary>Returns when the last one is sent.</summary>
    public Task EndReportsAsync()
    {
        _reports.Writer.TryComplete();
        return _reporting;
    }

    private async Task SendReportsAsync()
    {
        var ready = false;
        await foreach (var report in _reports.Reader.ReadAllAsync())
        {
            if (!ready && report.State is ZerglingState.Accepting or ZerglingState.Paused)
            {
                ready = true;
                await client!.ReadyAsync();
            }

            await client!.ReportAsync(report);
        }
    }
}
