namespace ZergPool.Roster;

/// <summary>
/// Where a zergling answers before it serves: a peer says so, and the check-command gets it as a word in ZERG_PROBES, so
/// that it must be one word, and no option of whatever reads it.
/// </summary>
internal static class ProbeAddress
{
    /// <summary>Whether a text is the path of a UNIX socket, or the abstract name of one with @ before it; see unix(7).</summary>
    public static bool IsOne(string text)
        => text is ['/' or '@', _, ..] && text.All(c => c is > ' ' and < '\x7f' || char.IsLetterOrDigit(c));
}
