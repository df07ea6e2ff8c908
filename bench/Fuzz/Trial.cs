using System.Diagnostics;

namespace Zerg.Fuzz;

/// <summary>One input for one target, with its limits of time and memory.</summary>
internal static class Trial
{
    /// <summary>For the longest input there is.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);

    private const int Attempts = 3;

    /// <summary>What is wrong, or null.</summary>
    public static Finding? Run(FuzzTarget target, byte[] input, bool twice)
    {
        try
        {
            var (result, time, allocated) = Measured(target, input);
            var (most, perByte) = target.Allowance;
            most += perByte * input.Length;

            // Only what is slow every time is: others use the processor as well, and the first time all is compiled.
            for (var n = 1; n < Attempts && (time > MaxTime || allocated > most); n++)
            {
                var (_, again, less) = Measured(target, input);
                (time, allocated) = (time < again ? time : again, Math.Min(allocated, less));
            }

            return time > MaxTime ? Found($"took {time.TotalSeconds:0.0} s for {input.Length} bytes")
                : allocated > most ? Found($"allocated {allocated} bytes for {input.Length}, expected {most} at most")
                : twice && Measured(target, input).Result is var other && other != result
                    ? Found($"is not the same again:\n{result}\n{other}")
                : null;
        }
        catch (FindingException problem)
        {
            return Found(problem.Message);
        }
        catch (Exception problem)
        {
            return Found(problem.ToString());
        }

        Finding Found(string complaint) => new(target.Name, input, complaint);
    }

    private static (string Result, TimeSpan Time, long Allocated) Measured(FuzzTarget target, byte[] input)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        var result = target.Run(input);
        return (result, Stopwatch.GetElapsedTime(start), GC.GetAllocatedBytesForCurrentThread() - allocated);
    }
}
