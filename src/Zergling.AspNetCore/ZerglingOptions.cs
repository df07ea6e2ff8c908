using Zerg;

namespace Zergling.AspNetCore;

/// <summary>How an app is a zergling: what <c>builder.UseZergling(options => ...)</c> may set.</summary>
/// <remarks>
/// Each value is taken from, in rising precedence: its default; the environment (<c>ZERG</c>, <c>ZERG_RELEASE</c>,
/// <c>ZERG_NAME</c>, <c>ZERG_MODE</c>, <c>ZERG_DRAIN_IDLE</c>, <c>ZERG_MERCY</c>, <c>ZERG_ORPHAN_GRACE</c>,
/// <c>ZERG_WARM_UP</c>, <c>ZERG_COUNT_RESPONSES</c>); configuration and command line (<c>--zerg PATH</c>,
/// <c>--zerg-release</c>, <c>--zerg-name</c>, <c>--zerg-mode</c>, <c>--zerg-drain-idle</c>, <c>--zerg-mercy</c>,
/// <c>--zerg-orphan-grace</c>, <c>--zerg-warm-up</c>, <c>--zerg-count-responses</c>); the callback.
/// </remarks>
public sealed class ZerglingOptions
{
    /// <summary>The sockets of the pools to attach to: paths, or <c>@name</c> for an abstract one.</summary>
    /// <remarks>Defaults to none: the app serves by itself, or is a worker of the launcher.</remarks>
    public IList<string> Pools { get; } = [];

    /// <summary>The label of the code that runs; another one replaces, the same one joins.</summary>
    /// <remarks>Defaults to the commit of the content root, else the time the app was built.</remarks>
    public string Release { get; set; } = "";

    /// <summary>The name in the pool's roster.</summary>
    /// <remarks>Defaults to nothing: the roster shows the name of the application.</remarks>
    public string Name { get; set; } = "";

    /// <summary>How to enter service.</summary>
    /// <remarks>Defaults to <see cref="ZergMode.Auto"/>.</remarks>
    public ZergMode Mode { get; set; } = ZergMode.Auto;

    /// <summary>
    /// What is requested of the app itself before it says that it is ready: a path, or <c>http://HOST/PATH</c> for a
    /// Host of its own; null, or the word <c>none</c> in the environment, for nothing.
    /// </summary>
    /// <remarks>
    /// Defaults to <c>/</c>. An answer below 500 is good enough. Without a host the first of <c>AllowedHosts</c> is
    /// sent.
    /// </remarks>
    public string? WarmUpPath { get; set; } = "/";

    /// <summary>How long an idle connection may still speak while the app drains.</summary>
    /// <remarks>Defaults to 10 seconds, spread by a fifth either way.</remarks>
    public TimeSpan DrainIdle { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>When a drain that no pool ordered ends by force.</summary>
    /// <remarks>Defaults to 60 seconds. A pool's order brings its own.</remarks>
    public TimeSpan Mercy { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// For how long its pool must be away until an app that is paused, or was never told to accept, accepts without it.
    /// </summary>
    /// <remarks>Defaults to 10 seconds. An app that accepts goes on; a standby never begins.</remarks>
    public TimeSpan OrphanGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether responses are counted, by class and latency, for the pool's option <c>watch</c> and for the meter
    /// <c>Zergling.AspNetCore</c>.
    /// </summary>
    /// <remarks>Defaults to true.</remarks>
    public bool CountResponses { get; set; } = true;
}
