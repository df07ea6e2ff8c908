using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Zerg.Posix;

/// <summary>
/// Who connected, as the kernel noted it at connect(2): SO_PEERCRED, SO_PEERGROUPS, see unix(7).
/// </summary>
/// <param name="Pid">0 when the peer lives in another pid namespace.</param>
/// <param name="Uid">Effective user id.</param>
/// <param name="Gid">Effective group id.</param>
/// <param name="Groups">Supplementary group ids.</param>
internal sealed record PeerCredentials(int Pid, uint Uid, uint Gid, IReadOnlyList<uint> Groups)
{
    private const int SOL_SOCKET = 1;
    private const int SO_PEERCRED = 17;
    private const int SO_PEERGROUPS = 59;

    /// <summary>Reads the credentials of the process at the other end.</summary>
    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials);
        return new PeerCredentials(
            BinaryPrimitives.ReadInt32LittleEndian(credentials),
            BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(credentials[8..]),
            ReadGroups(socket));
    }

    private static uint[] ReadGroups(Socket socket)
    {
        // NGROUPS_MAX is 65536; a peer with more than 1024 is judged by its effective group alone.
        var groups = new byte[1024 * sizeof(uint)];
        try
        {
            var length = socket.GetRawSocketOption(SOL_SOCKET, SO_PEERGROUPS, groups);
            return MemoryMarshal.Cast<byte, uint>(groups.AsSpan(0, length)).ToArray();
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
