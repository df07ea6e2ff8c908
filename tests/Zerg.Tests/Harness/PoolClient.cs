using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg.Tests.Harness;

/// <summary>A peer of the pool that says exactly what a test wants.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly FrameChannel _channel;

    private RawPeer(Socket socket)
    {
        Socket = socket;
        _channel = new FrameChannel(socket);
    }

    public Socket Socket { get; }

    public static async Task<RawPeer> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(UnixAddress.EndPoint(path), cancel);
        return new RawPeer(socket);
    }

    /// <summary>Connects, takes the greeting and closes what came with it.</summary>
    public static async Task<RawPeer> GreetedAsync(string path, CancellationToken cancel)
    {
        var peer = await ConnectAsync(path, cancel);
        await peer.BytesAsync(Greeting.Length, cancel);
        peer._channel.DropDescriptors();
        return peer;
    }

    /// <summary>Gives an order over a control socket and reads the answer.</summary>
    public static async Task<JsonElement> OrderAsync(
        string path, string command, string? zergling, CancellationToken cancel)
        => JsonDocument.Parse(await LineAsync(path, JsonSerializer.Serialize(new { command, zergling }), cancel))
            .RootElement;

    /// <summary>One line to a control socket, one line back.</summary>
    public static async Task<string> LineAsync(string path, string line, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(UnixAddress.EndPoint(path), cancel);
        await socket.SendAsync(Encoding.UTF8.GetBytes(line + "\n"), cancel);
        using var reader = new StreamReader(new NetworkStream(socket));
        return await reader.ReadLineAsync(cancel) ?? "";
    }

    public Task<byte[]> BytesAsync(int count, CancellationToken cancel) => _channel.ReceiveBytesAsync(count, cancel);

    public IReadOnlyList<FileDescriptor> Descriptors(int count) => _channel.TakeDescriptors(count);

    public Task<Frame?> FrameAsync(CancellationToken cancel) => _channel.ReceiveAsync(cancel);

    public Task SendAsync(byte[] bytes, CancellationToken cancel) => _channel.SendAsync(bytes, [], cancel);

    public Task SendAsync(Frame frame, CancellationToken cancel) => _channel.SendAsync(frame, [], cancel);

    public Task OfferAsync(
        IReadOnlyList<SocketInfo> sockets, IReadOnlyList<FileDescriptor> descriptors, CancellationToken cancel)
        => _channel.SendAsync(new OfferFrame { Sockets = sockets }, descriptors, cancel);

    /// <summary>A frame around any text.</summary>
    public Task SendAsync(string json, CancellationToken cancel)
        => SendAsync(Frame(Encoding.UTF8.GetBytes(json)), cancel);

    public static byte[] Frame(byte[] payload)
    {
        var bytes = new byte[sizeof(int) + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, payload.Length);
        payload.CopyTo(bytes, sizeof(int));
        return bytes;
    }

    public Task HelloAsync(
        CancellationToken cancel, string release = "v1", ZerglingRole role = ZerglingRole.App, string name = "raw")
        => SendAsync(
            new HelloFrame { Protocol = FrameChannel.ProtocolVersion, Role = role, Release = release, Name = name },
            cancel);

    /// <summary>Waits until the pool has ended the connection.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        try
        {
            var buffer = new byte[4096];
            while (await Socket.ReceiveAsync(buffer, cancel) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: what was sent was not read to its end. It is ended all the same.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
