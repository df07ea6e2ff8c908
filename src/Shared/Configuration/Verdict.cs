namespace Zerg.Configuration;

/// <summary>What becomes of an option that neither program reads.</summary>
internal enum Verdict
{
    /// <summary>It needs no doing here.</summary>
    NoMeaning,

    /// <summary>uWSGI does something here that nobody does yet.</summary>
    NotSupported,

    /// <summary>A name that the configuration uses for itself.</summary>
    Variable,

    /// <summary>Nobody knows it.</summary>
    Unknown,
}
