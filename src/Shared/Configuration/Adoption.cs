using System.Globalization;
using Zerg.Posix;

namespace Zerg.Configuration;

/// <summary>From whom a pool takes a listener that is in its way.</summary>
/// <param name="Pid">A process with its descendants; null for anybody.</param>
internal sealed record Adoption(int? Pid)
{
    private const string Anybody = "auto";

    public static Parsed<Adoption> Parse(string text) => text switch
    {
        // An option without a value is switched on.
        "" or Anybody => new Adoption((int?)null),
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0 =>
            new Adoption(pid),
        _ => Parsed<Adoption>.Failed($"'{text}' is neither '{Anybody}' nor a process id"),
    };

    /// <summary>Whether a process is one of them.</summary>
    public bool Includes(int pid) => Pid is not { } asked || ProcessTable.Ancestry(pid).Contains(asked);

    public override string ToString() => Pid?.ToString(CultureInfo.InvariantCulture) ?? Anybody;
}
