using System.Net.Sockets;
using System.Text.Json;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg.Fuzz.Targets;

/// <summary>
/// A session's stream, cut into pieces that may carry descriptors. The first byte says how the rest is meant: as it is,
/// or each line as the JSON of one frame.
/// </summary>
internal sealed class FrameTarget : FuzzTarget
{
    private const int MaxPieces = 8;

    private readonly FileDescriptor _passed = Null();

    public override string Name => "frames";

    public override IReadOnlyList<string> Tokens { get; } =
    [
        "{", "}", "[", "]", ":", ",", "null", "[null]", "\"type\":", "\"hello\"", "\"state\"",
        "\"welcome\"", "\"offer\"",
        "\"ready\"", "\"failed\"", "\"pause\"", "\"resume\"", "\"drain\"", "\"stop\"", "\"sockets\"", "\"bye\"",
        "\"protocol\":1", "\"generation\":2147483647", "\"session\":-1", "\"connections\":-1", "\"role\":\"app\"", "\"mercy\":1e999", "\"descriptors\":",
        "\"descriptors\":1,", "\"workers\":",
        "\"started\":\"9999-12-31T23:59:59.9999999-14:00\"", "\"\\ud800\"",
        "\"$type\":", "\"$id\":\"1\"", "\"$ref\":\"1\"",
        "\"holds\":", "\"reason\":\"", "\"exitCode\":", "\"added\":", "\"removed\":", "\n",
    ];

    // The buffer for descriptors that each recvmsg brings along.
    public override (long Fixed, long PerByte) Allowance => (1024 * 1024, 64);

    public override string Run(byte[] input)
    {
        var stream = Stream(input);
        var random = new Random(input.Aggregate(17, (hash, one) => (hash * 31) + one));
        var pair = new int[2];
        if (Syscall.socketpair(UnixAddressFamily.AF_UNIX, UnixSocketType.SOCK_STREAM, 0, out pair[0], out pair[1]) != 0)
            throw new InvalidOperationException("socketpair");
        using var writer = new FrameChannel(new Socket(new SafeSocketHandle(pair[0], ownsHandle: true)));
        using var reader = new FrameChannel(new Socket(new SafeSocketHandle(pair[1], ownsHandle: true)));
        var sending = SendAsync(writer, stream, random);
        var result = ReadAsync(reader, random).GetAwaiter().GetResult();
        reader.Dispose();
        sending.GetAwaiter().GetResult();
        return result;
    }

    public override void Dispose()
    {
        _passed.Dispose();
        base.Dispose();
    }

    protected override IEnumerable<byte[]> OwnSeeds()
    {
        var random = new Random(1);
        foreach (var frame in Enumerable.Range(0, 4).SelectMany(_ => Frames.OfEveryKind(random)))
            yield return [1, .. JsonSerializer.SerializeToUtf8Bytes(frame, FrameJson.Default.Frame)];
        yield return [1, .. "{\"type\":\"offer\",\"sockets\":[null],\"descriptors\":1}\n{\"type\":\"ready\"}"u8];
        yield return Framed("{\"type\":\"ready\"}\n{\"type\":\"bye\"}"u8.ToArray());
    }

    private static FileDescriptor Null() => new(Syscall.open("/dev/null", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC));

    /// <summary>What an input means.</summary>
    public static byte[] Stream(byte[] input)
        => input is [var first, .. var lines] && first % 2 == 1 ? Framed(lines) : input;

    /// <summary>Each line as a frame.</summary>
    public static byte[] Framed(byte[] lines)
    {
        var stream = new List<byte>();
        foreach (var range in lines.AsSpan().Split((byte)'\n'))
        {
            var line = lines[range];
            stream.AddRange(BitConverter.GetBytes(line.Length));
            stream.AddRange(line);
        }

        return [.. stream];
    }

    private async Task SendAsync(FrameChannel writer, byte[] stream, Random random)
    {
        var cuts = Enumerable.Range(0, random.Next(MaxPieces)).Select(_ => random.Next(stream.Length + 1)).Order();
        var at = 0;
        var passed = Enumerable.Range(0, MaxPieces + 1).Select(_ => Math.Max(0, random.Next(6) - 3)).ToArray();
        try
        {
            foreach (var (n, cut) in cuts.Append(stream.Length).Index())
            {
                FileDescriptor[] descriptors = cut == at ? [] : [.. Enumerable.Repeat(_passed, passed[n])];
                await writer.SendAsync(stream.AsMemory(at..cut), descriptors, default);
                at = cut;
            }
        }
        catch (SyscallException)
        {
            // The reader had enough.
        }

        writer.End();
    }

    // What is left of a report can be right, and nothing of that is taken out once more.
    private static void MustBeKnown(StateFrame said)
    {
        var known = FrameBounds.Known(said, out var ignored);
        if (ignored is not null)
            MustBeLine(ignored);
        Must(
            known is { Connections: null or >= 0, Requests: null or >= 0, Target: >= 0, Ready: >= 0 }
                && known.Responses?.CanFollow(null) != false
                && known.Open?.Protocols.All(one => one.Count >= 0) != false,
            $"shows what cannot be right: {known}");
    }

    private static async Task<string> ReadAsync(FrameChannel reader, Random random)
    {
        var takes = random.Next(2) == 0;
        var read = new List<string>();
        try
        {
            while (await reader.ReceiveAsync(default) is { } frame)
            {
                if (FrameBounds.WhyNot(frame) is { } reason)
                    MustBeLine(reason);
                if (frame is StateFrame said)
                    MustBeKnown(said);

                // A number that JSON can say and a double cannot: whoever follows a drain bounds it.
                if (frame is DrainFrame { Mercy: var mercy } && double.IsInfinity(mercy))
                    continue;
                var json = JsonSerializer.Serialize(frame, FrameJson.Default.Frame);
                var again = JsonSerializer.Deserialize(json, FrameJson.Default.Frame)!;
                var same = JsonSerializer.Serialize(again, FrameJson.Default.Frame) == json;
                Must(same, $"does not survive its own JSON\n{json}");
                read.Add(json);
                if (takes)
                {
                    foreach (var descriptor in reader.TakeDescriptors(frame.Descriptors))
                        descriptor.Dispose();
                }

                reader.DropDescriptors();
            }
        }
        catch (ProtocolException problem)
        {
            MustBeLine(problem.Message);
            read.Add(takes ? "" : problem.Message);
        }

        return string.Join('\n', read);
    }
}
