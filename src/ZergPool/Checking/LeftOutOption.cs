namespace ZergPool.Checking;

/// <summary>An option that neither program reads.</summary>
/// <param name="Option">Its name.</param>
/// <param name="Value">What it says.</param>
/// <param name="Source">Where.</param>
/// <param name="Verdict">no-meaning, not-supported, variable or unknown.</param>
/// <param name="Why">In words.</param>
internal sealed record LeftOutOption(string Option, string Value, string Source, string Verdict, string Why);
