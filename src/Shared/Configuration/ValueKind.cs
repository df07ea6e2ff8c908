namespace Zerg.Configuration;

/// <summary>What the text of an option must be.</summary>
internal enum ValueKind
{
    Boolean,
    Number,
    Duration,
    Size,
    Text,
    Path,
    Address,
    Pool,
    User,
    Group,
    Owner,
    Mode,
    Command,
    Environment,
    Choice,
    Readiness,
    Signal,
    Share,

    /// <summary>A process id, or auto; without a value auto.</summary>
    Process,
}
