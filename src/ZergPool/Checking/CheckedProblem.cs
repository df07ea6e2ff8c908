namespace ZergPool.Checking;

/// <summary>A problem in its parts. Line and column count from 1 and are 0 for a source as a whole.</summary>
internal sealed record CheckedProblem(
    string Severity, string File, int Line, int Column, string? Option, string Message);
