using Zerg.Posix;
using ZergPool.Deploying;

namespace ZergPool.Upgrading;

/// <summary>How a launcher that somebody else had started is started again.</summary>
internal sealed record LaunchState(
    string Program, IReadOnlyList<string> Arguments, string? Directory, IReadOnlyList<byte[]> Environment)
{
    /// <summary>Hands it over; it is in memory only, like the environment in it.</summary>
    public static LaunchState Of(Launch launch)
        => new(launch.Program, launch.Arguments, launch.Directory, launch.Environment.Entries);

    /// <summary>Takes it over.</summary>
    public Launch Thaw() => new(Program, Arguments, Directory, new EnvironmentBlock(Environment));
}
