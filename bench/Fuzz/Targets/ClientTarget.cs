using System.Net.Sockets;
using System.Text;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg.Fuzz.Targets;

/// <summary>
/// A zergling's client and a pool that says anything: the greeting, the welcome, orders. The first byte says how the
/// rest is meant, as with frames, and with how many descriptors it comes, of a listening socket or of something else.
/// </summary>
internal sealed class ClientTarget : FuzzTarget
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _pool = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly FileDescriptor _listener;
    private readonly FileDescriptor _other = new(Syscall.open("/dev/null", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC));
    private readonly FrameTarget _frames = new();

    public ClientTarget()
    {
        _pool.Bind(new UnixDomainSocketEndPoint(_folder.File("pool")));
        _pool.Listen();
        _listener = FileDescriptor.Duplicate(_pool.SafeHandle);
    }

    public override string Name => "client";

    public override IReadOnlyList<string> Tokens => _frames.Tokens;

    public override (long Fixed, long PerByte) Allowance => (4 * 1024 * 1024, 256);

    /// <summary>What an input has a pool say, and with how many descriptors.</summary>
    public static (byte[] Said, int Descriptors) Script(byte[] input)
    {
        if (input is not [var first, .. var rest])
            return ([], 0);
        var count = (first >> 1) % 8;
        return (first % 2 == 1 ? [.. Greeting.Write(count), .. FrameTarget.Framed(rest)] : rest, count);
    }

    public override string Run(byte[] input) => RunAsync(input).GetAwaiter().GetResult();

    public override void Dispose()
    {
        _frames.Dispose();
        _listener.Dispose();
        _other.Dispose();
        _pool.Dispose();
        _folder.Dispose();
        base.Dispose();
    }

    protected override IEnumerable<byte[]> OwnSeeds()
    {
        const string Welcome = "{\"type\":\"welcome\",\"protocol\":1,\"session\":1,\"sockets\":[";
        const string Socket = "{\"name\":\"a\",\"address\":\"@a\",\"protocol\":\"http\"}";
        const string Added = "{\"type\":\"sockets\",\"descriptors\":1,\"added\":[";
        yield return [0x03, .. Encoding.UTF8.GetBytes($"{Welcome}{Socket}]}}\n{{\"type\":\"resume\"}}")];
        yield return [0x03, .. Encoding.UTF8.GetBytes($"{Welcome}null]}}")];
        yield return [0x03, .. Encoding.UTF8.GetBytes($"{Welcome}{{\"name\":\"a\"}}]}}")];
        yield return [0x01, .. Encoding.UTF8.GetBytes($"{Welcome}]}}\n{Added}{Socket}]}}")];
        yield return [0x13];
        yield return [0x01, .. "{\"type\":\"stop\",\"reason\":\"no\\nmore\",\"exitCode\":7}"u8];
        yield return [0x00, .. Greeting.Write(0)];
        foreach (var seed in _frames.Seeds())
            yield return [0x01, .. Encoding.UTF8.GetBytes($"{Welcome}]}}\n"), .. seed[1..]];
    }

    private async Task<string> RunAsync(byte[] input)
    {
        var (said, count) = Script(input);
        FileDescriptor[] descriptors = [.. Enumerable.Repeat(input is [< 0x10, ..] ? _listener : _other, count)];
        using var over = new CancellationTokenSource();
        var client = Task.Run(async () =>
        {
            try
            {
                return await ClientAsync();
            }
            finally
            {
                await over.CancelAsync();
            }
        });

        // It comes once more when it has heard nothing, and hears the same.
        try
        {
            while (true)
                await SayAsync(await _pool.AcceptAsync(over.Token), said, descriptors);
        }
        catch (OperationCanceledException)
        {
            return await client;
        }
    }

    private static async Task SayAsync(Socket accepted, byte[] said, FileDescriptor[] descriptors)
    {
        using var session = new FrameChannel(accepted);
        try
        {
            await session.SendAsync(said, descriptors, default);
        }
        catch (Exception gone) when (gone is SyscallException or IOException)
        {
            // The client had enough.
        }
    }

    private async Task<string> ClientAsync()
    {
        ZergClient client;
        try
        {
            client = await ZergClient.AttachAsync(
                new ZergClientOptions { Pool = _folder.File("pool"), Release = "v1", App = "fuzz" });
        }
        catch (ZergException problem)
        {
            MustBeLine(problem.Message);
            return "refused";
        }

        await using (client)
        {
            Must(
                client is { Generation: >= 0 and <= FrameBounds.MaxGeneration, Session: >= 0, Backlog: >= 0, Workers: >= 0 },
                "believes a welcome that cannot be right");
            foreach (var socket in client.Sockets)
                socket.Dispose();
            await foreach (var order in client.OrdersAsync())
            {
                Must(
                    order is not ZergOrder.Resume { Generation: < 0 or > FrameBounds.MaxGeneration }
                        and not ZergOrder.Stop { ExitCode: < 0 or > FrameBounds.MaxStatus },
                    $"follows an order that cannot be right: {order}");
                foreach (var socket in order is ZergOrder.Sockets { Added: var added } ? added : [])
                    socket.Dispose();
            }
        }

        return "served";
    }
}
