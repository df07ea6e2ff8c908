using System.Net.Sockets;
using System.Text;

namespace Zerg.Tests.StrictClient;

internal sealed class ScriptedConnection(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _end;

    /// <summary>Reads a request up to the empty line behind its head; null when the client has closed.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            var length = _buffer.AsSpan(0, _end).IndexOf("\r\n\r\n"u8);
            if (length >= 0)
                return Encoding.Latin1.GetString(Take(length + 4));
            if (!await FillAsync())
                return null;
        }
    }

    public async Task<byte[]?> ReadExactlyAsync(int count)
    {
        while (_end < count)
        {
            if (!await FillAsync())
                return null;
        }

        return Take(count);
    }

    /// <summary>Waits until the client closes.</summary>
    public async Task ReadToEndAsync()
    {
        do
            _end = 0;
        while (await FillAsync());
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent));
    }

    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> FillAsync()
    {
        var count = await socket.ReceiveAsync(_buffer.AsMemory(_end));
        _end += count;
        return count > 0;
    }

    private byte[] Take(int count)
    {
        var taken = _buffer[..count];
        _buffer.AsSpan(count, _end - count).CopyTo(_buffer);
        _end -= count;
        return taken;
    }
}
