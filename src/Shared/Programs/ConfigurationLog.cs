using Microsoft.Extensions.Logging;
using Zerg.Configuration;

namespace Zerg.Programs;

/// <summary>What a program says of its configuration once it has a log; mistakes were said before.</summary>
internal static partial class ConfigurationLog
{
    /// <summary>Names the options that need no doing here.</summary>
    public static void Tell(ILogger log, IEnumerable<IgnoredOption> ignored)
    {
        foreach (var one in ignored.Where(one => one.Verdict == Verdict.NoMeaning))
            Log.NoMeaning(log, one.Option.Position, one.Option.Name, one.Why);
    }

    private static partial class Log
    {
        [LoggerMessage(301, LogLevel.Debug, "{Position}: {Option}: nothing to do: {Why}")]
        public static partial void NoMeaning(ILogger log, SourcePosition position, string option, string why);
    }
}
