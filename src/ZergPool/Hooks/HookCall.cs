using System.Globalization;
using Zerg.Posix;

namespace ZergPool.Hooks;

/// <summary>Something happened, and a command is to hear of it.</summary>
internal sealed record HookCall
{
    private const int MostFrom = 256;

    /// <summary>What happened, see <see cref="Zerg.Configuration.HookNames"/>.</summary>
    public required string Hook { get; init; }

    /// <summary>The path of the pool.</summary>
    public required string Pool { get; init; }

    /// <summary>The zergling's.</summary>
    public required int Id { get; init; }

    /// <summary>0 when it is unknown.</summary>
    public required int Pid { get; init; }

    public required string Release { get; init; }

    /// <summary>0 when it never served.</summary>
    public required int Generation { get; init; }

    /// <summary>Why, or empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Those it replaced.</summary>
    public IReadOnlyList<int> From { get; init; } = [];

    /// <summary>How long it took; null for what takes no time.</summary>
    public double? Seconds { get; init; }

    /// <summary>Tells it to a command.</summary>
    public void Set(EnvironmentBlock environment)
    {
        environment.Set("ZERG_HOOK", Hook);
        environment.Set("ZERG_POOL", Pool);
        environment.Set("ZERG_ID", Text(Id));
        environment.Set("ZERG_PID", Text(Pid));
        environment.Set("ZERG_RELEASE", Safe(Release));
        environment.Set("ZERG_GENERATION", Text(Generation));
        environment.Set("ZERG_REASON", Safe(Reason));
        environment.Set("ZERG_FROM", string.Join(' ', From.Take(MostFrom).Select(Text)));
        environment.Set("ZERG_SECONDS", Seconds?.ToString("0.###", CultureInfo.InvariantCulture) ?? "");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Safe(string text) => text.Replace('\0', '?');
}
