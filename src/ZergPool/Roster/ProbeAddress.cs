using Zerg;

namespace ZergPool.Roster;

/// <summary>
/// Where a zergling answers before it serves: a peer says so, and the check-command gets it as a word, which must be no
/// option of the program that reads it.
/// </summary>
internal static class ProbeAddress
{
    /// <summary>Whether a text is the path of a UNIX socket, or the abstract name of one with @ before it; see unix(7).</summary>
    public static bool Is(string text) => text is ['/' or '@', _, ..] && LabelRule.WhyNot(text) is null;

    /// <summary>Whether an address can stand beside others with blanks between them.</summary>
    public static bool IsOneWord(string address) => !address.Any(char.IsWhiteSpace);
}
