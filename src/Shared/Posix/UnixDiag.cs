using System.Buffers.Binary;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>What the kernel knows of a listening UNIX socket, by its inode: sock_diag(7), unix_diag(7).</summary>
internal static unsafe class UnixDiag
{
    private const int NETLINK_SOCK_DIAG = 4;
    private const ushort SOCK_DIAG_BY_FAMILY = 20;
    private const ushort NLM_F_REQUEST = 1;
    private const byte AF_UNIX = 1;
    private const uint UDIAG_SHOW_VFS = 0x02;
    private const uint UDIAG_SHOW_RQLEN = 0x10;
    private const ushort UNIX_DIAG_VFS = 1;
    private const ushort UNIX_DIAG_RQLEN = 4;
    private const ushort UNIX_DIAG_SHUTDOWN = 6;
    private const int HeaderLength = 16;
    private const int RequestLength = HeaderLength + 24;
    private const int AttributesAt = HeaderLength + 16;

    /// <summary>
    /// Connections waiting, the most that may wait, whether the socket was shut down, and its file, which has a name
    /// no more when it was unlinked.
    /// </summary>
    /// <returns>Null when the kernel was built without unix_diag, or knows no such socket.</returns>
    public static (int Queued, int Backlog, bool IsShutDown, BoundFile? File)? Query(ulong inode)
    {
        var number = Syscall.socket(
            UnixAddressFamily.AF_NETLINK, UnixSocketType.SOCK_DGRAM, UnixSocketFlags.SOCK_CLOEXEC,
            (UnixSocketProtocol)NETLINK_SOCK_DIAG);
        if (number < 0)
            return null;

        using var netlink = new FileDescriptor(number);
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, RequestLength);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], SOCK_DIAG_BY_FAMILY);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], NLM_F_REQUEST);
        request[HeaderLength] = AF_UNIX;
        BinaryPrimitives.WriteUInt32LittleEndian(request[(HeaderLength + 4)..], uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(request[(HeaderLength + 8)..], (uint)inode);
        BinaryPrimitives.WriteUInt32LittleEndian(request[(HeaderLength + 12)..], UDIAG_SHOW_RQLEN | UDIAG_SHOW_VFS);
        BinaryPrimitives.WriteUInt64LittleEndian(request[(HeaderLength + 16)..], ulong.MaxValue);

        Span<byte> reply = stackalloc byte[1024];
        fixed (byte* asked = request, answer = reply)
        {
            if (Syscall.write(number, asked, RequestLength) != RequestLength)
                return null;
            var length = (int)Syscall.read(number, answer, (ulong)reply.Length);
            return length < AttributesAt || BinaryPrimitives.ReadUInt16LittleEndian(reply[4..]) != SOCK_DIAG_BY_FAMILY
                ? null : Parse(reply[AttributesAt..length]);
        }
    }

    private static (int Queued, int Backlog, bool IsShutDown, BoundFile? File) Parse(ReadOnlySpan<byte> attributes)
    {
        var (queued, backlog, shutDown, file) = (0, 0, false, (BoundFile?)null);
        while (attributes.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            if (length < 4 || length > attributes.Length)
                break;
            var value = attributes[4..length];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]))
            {
                case UNIX_DIAG_VFS:
                    file = new BoundFile(
                        BinaryPrimitives.ReadUInt32LittleEndian(value[4..]), BinaryPrimitives.ReadUInt32LittleEndian(value));
                    break;
                case UNIX_DIAG_RQLEN:
                    queued = BinaryPrimitives.ReadInt32LittleEndian(value);
                    backlog = BinaryPrimitives.ReadInt32LittleEndian(value[4..]);
                    break;
                case UNIX_DIAG_SHUTDOWN:
                    shutDown = value[0] != 0;
                    break;
            }

            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }

        return (queued, backlog, shutDown, file);
    }
}
