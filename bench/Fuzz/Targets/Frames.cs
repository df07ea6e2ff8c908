using Zerg.Protocol;

namespace Zerg.Fuzz.Targets;

/// <summary>Frames of every kind with random contents.</summary>
internal static class Frames
{
    private const string Letters = "az09 .:/@\"\\\n\0\u001b\u007f\u0085é\u2028\uFEFF\uFFFD<>&'";

    public static IEnumerable<Frame> OfEveryKind(Random random)
    {
        string Text() => string.Concat(random.GetItems<char>(Letters, random.Next(12)));
        int Number() => random.Next(int.MinValue, int.MaxValue) >> random.Next(32);
        string[] Texts() => [.. Enumerable.Range(0, random.Next(3)).Select(_ => Text())];
        SocketInfo Socket() => new(Text(), Text(), "http", Text());
        SocketInfo[] Sockets() => [.. Enumerable.Range(0, random.Next(3)).Select(_ => Socket())];
        yield return new HelloFrame
        {
            Protocol = FrameChannel.ProtocolVersion,
            Role = (ZerglingRole)random.Next(2),
            App = Text(),
            Release = Text(),
            Name = Text(),
            Mode = (ZergMode)random.Next(4),
            State = (ZerglingState)random.Next(4),
            Generation = Number(),
            Session = Number(),
            Started = DateTimeOffset.UnixEpoch.AddSeconds(Number()),
            Holds = Texts(),
        };
        yield return new WelcomeFrame
        {
            Protocol = Number(),
            Session = Number(),
            Generation = Number(),
            Version = Text(),
            Backlog = Number(),
            Sockets = Sockets(),
        };
        yield return new OfferFrame { Sockets = Sockets(), Descriptors = random.Next(3) };
        yield return new ReadyFrame();
        yield return new FailedFrame { Reason = Text(), Output = Texts() };
        yield return new StateFrame
        {
            State = (ZerglingState)random.Next(4),
            Connections = Number(),
            Requests = random.Next(2) == 0 ? null : Number(),
            Workers = [Number(), 1, -1],
            Responses = random.Next(2) == 0 ? null : new ZergResponses([Number(), 1], [Number()], Number()),
            Open = new OpenConnections(
                [new ProtocolCount(Text(), Number())],
                [new OpenConnection(Text(), Text(), DateTimeOffset.UnixEpoch.AddSeconds(Number()), Number())]),
            Said = Text(),
        };
        yield return new PauseFrame();
        yield return new ResumeFrame { Generation = Number() };
        yield return new DrainFrame { Mercy = random.NextDouble() * Number(), Reason = Text() };
        yield return new StopFrame { Reason = Text(), ExitCode = Number() };
        yield return new SocketsFrame { Added = Sockets(), Removed = Texts(), Descriptors = random.Next(3) };
        yield return new ByeFrame { Reason = Text() };
    }
}
