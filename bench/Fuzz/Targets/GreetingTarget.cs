using Zerg.Protocol;

namespace Zerg.Fuzz.Targets;

/// <summary>The 14 bytes that a pool sends first.</summary>
internal sealed class GreetingTarget : FuzzTarget
{
    public override string Name => "greeting";

    public override IReadOnlyList<string> Tokens { get; } =
        ["uwsgi-zerg", "\u0001\0\0\0", "\0\0\0\0", "uwsgi-zerg\u007f\0\0\0"];

    public override string Run(byte[] input)
    {
        try
        {
            var count = Greeting.Read(input);
            Must(count is >= 0 and <= 253, $"a count of {count}");
            Must(Greeting.Write(count).AsSpan().SequenceEqual(input), $"{count} is not written as it was read");
            return $"{count}";
        }
        catch (ProtocolException problem)
        {
            MustBeLine(problem.Message);
            return problem.Message;
        }
    }

    protected override IEnumerable<byte[]> OwnSeeds() =>
        [Greeting.Write(0), Greeting.Write(1), Greeting.Write(253)];
}
