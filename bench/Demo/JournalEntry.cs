namespace Zerg.Demo;

internal sealed record JournalEntry(TimeSpan At, string Text, Tone Tone);
