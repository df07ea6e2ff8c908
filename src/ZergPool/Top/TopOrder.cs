using System.Globalization;
using ZergPool.Control;

namespace ZergPool.Top;

/// <param name="Command">What the command that gives the same order is called.</param>
/// <param name="Zergling">Whom it is given to; null for the pool.</param>
/// <param name="Release">The release that it is about.</param>
internal sealed record TopOrder(string Command, int? Zergling, string? Release)
{
    /// <summary>It, for people.</summary>
    public string Words => (Zergling, Release) switch
    {
        ({ } id, null) => string.Create(CultureInfo.InvariantCulture, $"{Command} {id}"),
        ({ } id, var release) => string.Create(CultureInfo.InvariantCulture, $"{Command} {id} (release {release})"),
        (null, null) => Command,
        (null, var release) => $"{Command} to release {release}",
    };

    /// <summary>As the pool is told.</summary>
    public ControlRequest Request => new()
    {
        Command = Command,
        Zergling = Zergling?.ToString(CultureInfo.InvariantCulture),
    };
}
