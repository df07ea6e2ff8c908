using Microsoft.Extensions.Logging;

namespace Zerg.Programs;

/// <summary>One entry of a program's log, on one line.</summary>
/// <param name="Time">When it was said.</param>
/// <param name="Level">How much an operator should care.</param>
/// <param name="Text">What was said.</param>
internal readonly record struct LogLine(DateTimeOffset Time, LogLevel Level, string Text);
