namespace Zerg.Programs;

/// <summary>What became of the wish to have the log file opened anew.</summary>
/// <param name="Done">False when the old one is written on.</param>
/// <param name="Text">One line for whoever asked.</param>
internal readonly record struct ReopenedLog(bool Done, string Text);
