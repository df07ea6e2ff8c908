using System.Net.Sockets;
using Zerg.Posix;

namespace Zerg.Fuzz.Targets;

/// <summary>A datagram of sd_notify(3), sent through a real socket, now and then with descriptors.</summary>
internal sealed class NotifyTarget : FuzzTarget
{
    private readonly TemporaryFolder _folder = new();
    private readonly NotifySocket _socket;
    private readonly Socket _sender = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifyTarget()
    {
        _socket = new NotifySocket(_folder.File("notify"));
        _sender.Connect(new UnixDomainSocketEndPoint(_socket.Path));
    }

    public override string Name => "notify";

    public override IReadOnlyList<string> Tokens { get; } =
        ["READY=1", "STATUS=", "\n", "=", "FDSTORE=1", "MAINPID=1", "STOPPING=1", "RELOADING=1", "READY=", "FDNAME=x"];

    public override string Run(byte[] input)
    {
        Must(_socket.TryReceive() is null, "something is there that nobody sent");
        FileDescriptor[] passed = [.. Enumerable.Repeat(_socket.Descriptor, input.Length % 4)];
        Ancillary.Send(_sender.SafeHandle, input, [.. passed.Select(one => one.Number)]);
        Must(_socket.TryReceive() is { } said && said.Pid == Environment.ProcessId, "is not received");
        Ancillary.Send(_sender.SafeHandle, input, []);
        var notification = _socket.TryReceive()!.Value;
        return $"{notification.IsReady} {notification.Status}";
    }

    public override void Dispose()
    {
        _sender.Dispose();
        _socket.Dispose();
        _folder.Dispose();
        base.Dispose();
    }

    protected override IEnumerable<byte[]> OwnSeeds() =>
        ["READY=1\nSTATUS=up\n"u8.ToArray(), "STATUS=loading\n"u8.ToArray(), "FDSTORE=1\nFDNAME=a"u8.ToArray()];
}
