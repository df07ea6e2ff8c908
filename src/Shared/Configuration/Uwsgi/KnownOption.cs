namespace Zerg.Configuration.Uwsgi;

/// <summary>An option of uWSGI that neither program reads, though real configurations have it, and the reason.</summary>
internal sealed record KnownOption(string Name, Verdict Verdict, string Note)
{
    /// <summary>Only for a value that begins so.</summary>
    public string? Prefix { get; init; }
}
