namespace Zerg.Configuration.Reading;

/// <summary>How a file is written.</summary>
internal enum Dialect
{
    Yaml,
    Ini,
}
