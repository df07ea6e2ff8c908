namespace Zerg.Configuration;

internal enum LogVerbosity
{
    Debug,
    Info,
    Warning,
    Error,
}
