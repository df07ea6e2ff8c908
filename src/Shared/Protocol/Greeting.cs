using System.Buffers.Binary;

namespace Zerg.Protocol;

/// <summary>
/// uWSGI's zerg greeting: ten bytes of ASCII, a native-endian 32-bit count, and that many descriptors as SCM_RIGHTS
/// of the same message (uWSGI core/socket.c, uwsgi_manage_zerg).
/// </summary>
internal static class Greeting
{
    /// <summary>Bytes of a greeting without its descriptors.</summary>
    public const int Length = 14;

    private const int CountOffset = 10;

    private static ReadOnlySpan<byte> Magic => "uwsgi-zerg"u8;

    /// <summary>The bytes that announce <paramref name="count"/> descriptors.</summary>
    public static byte[] Write(int count)
    {
        var bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(CountOffset), count);
        return bytes;
    }

    /// <summary>Reads the count, or throws when these are not a greeting's bytes.</summary>
    /// <exception cref="ProtocolException">Not a greeting, or a count no message can carry.</exception>
    public static int Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length || !bytes.StartsWith(Magic))
            throw new ProtocolException("the greeting does not begin with uwsgi-zerg");
        var count = BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadInt32LittleEndian(bytes[CountOffset..])
            : BinaryPrimitives.ReadInt32BigEndian(bytes[CountOffset..]);
        if (count is < 0 or > Posix.Ancillary.MaxDescriptors)
            throw new ProtocolException($"the greeting announces {count} descriptors, expected 0 to 253");
        return count;
    }
}
