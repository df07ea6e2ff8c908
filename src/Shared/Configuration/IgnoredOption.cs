namespace Zerg.Configuration;

/// <summary>An option that neither program reads, and why.</summary>
internal sealed record IgnoredOption(Option Option, Verdict Verdict, string Why);
