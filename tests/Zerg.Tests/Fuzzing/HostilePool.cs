using System.Net.Sockets;
using Zerg.Fuzz.Targets;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg.Tests.Fuzzing;

/// <summary>Says the same to everybody who attaches, and closes.</summary>
internal sealed class HostilePool : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly TaskCompletionSource _said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HostilePool(string path, byte[] input)
    {
        Path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _ = ServeAsync(input);
    }

    public string Path { get; }

    /// <summary>Somebody has heard it.</summary>
    public Task SaidAsync(CancellationToken cancel) => _said.Task.WaitAsync(cancel);

    /// <summary>Somebody has come once more.</summary>
    public Task AgainAsync(CancellationToken cancel) => _again.Task.WaitAsync(cancel);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(byte[] input)
    {
        try
        {
            using var descriptor = FileDescriptor.Duplicate(_listener.SafeHandle);
            while (true)
            {
                using var session = new FrameChannel(await _listener.AcceptAsync());
                (_said.Task.IsCompleted ? _again : _said).TrySetResult();
                await SayAsync(session, input, descriptor);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task SayAsync(FrameChannel session, byte[] input, FileDescriptor descriptor)
    {
        var (bytes, count) = ClientTarget.Script(input);
        try
        {
            await session.SendAsync(bytes, [.. Enumerable.Repeat(descriptor, count)], default);
        }
        catch (IOException)
        {
            // It had heard enough.
        }
    }
}
