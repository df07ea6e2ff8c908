namespace Zerg;

/// <summary>Exit statuses, from sysexits.h.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 64;
    public const int Unavailable = 69;
    public const int System = 71;
    public const int TryAgain = 75;
    public const int NotPermitted = 77;
    public const int Configuration = 78;
}
