using System.Buffers;
using System.Text;

namespace Zerg.Posix;

/// <summary>
/// The TCP sockets of this machine: <c>/proc/net/tcp</c>, see proc(5). A busy one has tens of thousands, nearly all of them
/// gone but for their TIME_WAIT, so nothing is made of a line that is not asked for.
/// </summary>
internal sealed class TcpTable(params string[] files)
{
    private const int BufferSize = 64 * 1024;

    // "  sl  local_address rem_address st ... inode": addresses are HEX:PORT.
    private const int Local = 1;
    private const int Remote = 2;
    private const int State = 3;
    private const int Inode = 9;

    /// <summary>Those whose local address ends like this, and that listen or do not; none that nobody holds.</summary>
    public IReadOnlyList<(string Local, string Remote, ulong Inode)> Rows(string localEnd, bool isListener)
    {
        var end = Encoding.ASCII.GetBytes(localEnd);
        var rows = new List<(string, string, ulong)>();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            foreach (var file in files.Where(File.Exists))
                Read(file, buffer, end, isListener, rows);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return rows;
    }

    private static void Read(
        string file, byte[] buffer, byte[] end, bool isListener, List<(string, string, ulong)> rows)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var filled = 0;
        int count;
        while ((count = stream.Read(buffer, filled, buffer.Length - filled)) > 0)
        {
            filled += count;
            var rest = buffer.AsSpan(0, filled);
            for (var length = rest.IndexOf((byte)'\n'); length >= 0; length = rest.IndexOf((byte)'\n'))
            {
                Add(rest[..length], end, isListener, rows);
                rest = rest[(length + 1)..];
            }

            // No line is as long as that.
            filled = rest.Length == buffer.Length ? 0 : rest.Length;
            rest[..filled].CopyTo(buffer);
        }
    }

    private static void Add(
        ReadOnlySpan<byte> line, ReadOnlySpan<byte> end, bool isListener, List<(string, string, ulong)> rows)
    {
        ReadOnlySpan<byte> local = default;
        ReadOnlySpan<byte> remote = default;
        for (var number = 0; number <= Inode; number++)
        {
            line = line.TrimStart((byte)' ');
            var length = line.IndexOf((byte)' ');
            var field = length < 0 ? line : line[..length];
            line = line[field.Length..];
            switch (number)
            {
                case Local when !field.EndsWith(end):
                case State when field.SequenceEqual("0A"u8) != isListener:
                    return;
                case Local:
                    local = field;
                    break;
                case Remote:
                    remote = field;
                    break;
                case Inode when ulong.TryParse(field, out var inode) && inode != 0:
                    rows.Add((Encoding.ASCII.GetString(local), Encoding.ASCII.GetString(remote), inode));
                    break;
            }
        }
    }
}
