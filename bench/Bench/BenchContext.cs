using Zerg.Stage;

namespace Zerg.Bench;

/// <summary>What every measurement is given.</summary>
/// <param name="Quick">About three minutes in all instead of twelve.</param>
/// <param name="Cancel">Ends the program.</param>
internal sealed record BenchContext(bool Quick, CancellationToken Cancel)
{
    /// <summary>The pool as it is meant to run, or as it was built when it was not published.</summary>
    public ProgramFile Pool { get; } = ProgramFile.NativePool ?? ProgramFile.Pool;

    public static void Say(string text) => Console.Error.WriteLine($"  {text}");
}
