namespace Zerg.Configuration;

internal enum Severity
{
    Error,
    Warning,
}
