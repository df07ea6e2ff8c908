namespace Zerg.Configuration;

/// <summary>The programs that read an option.</summary>
[Flags]
internal enum ProgramKinds
{
    None = 0,
    Pool = 1,
    Zergling = 2,
    Both = Pool | Zergling,
}
