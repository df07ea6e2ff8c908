using System.Text;

namespace Zerg.StrictClient;

/// <summary>The static and the dynamic table of RFC 7541, section 2.3.</summary>
internal sealed class HpackTable
{
    private const int EntryOverhead = 32;

    private static readonly (byte[] Name, byte[] Value)[] s_static = CreateStatic();

    private readonly LinkedList<(byte[] Name, byte[] Value)> _dynamic = [];
    private int _size;
    private int _maxSize = HpackDecoder.MaxTableSize;

    public (byte[] Name, byte[] Value) this[int index]
    {
        get
        {
            if (index is > 0 && index <= s_static.Length)
                return s_static[index - 1];
            var wanted = index - s_static.Length - 1;
            if (index <= 0 || wanted >= _dynamic.Count)
                throw new LossException(LossKind.BadReply, $"no header {index} in the HPACK table");
            var node = _dynamic.First!;
            for (var i = 0; i < wanted; i++)
                node = node.Next!;
            return node.Value;
        }
    }

    public void Add(byte[] name, byte[] value)
    {
        _dynamic.AddFirst((name, value));
        _size += name.Length + value.Length + EntryOverhead;
        Evict();
    }

    public void Resize(int maxSize)
    {
        if (maxSize > HpackDecoder.MaxTableSize)
            throw new LossException(LossKind.BadReply, $"a HPACK table of {maxSize} bytes");
        _maxSize = maxSize;
        Evict();
    }

    private void Evict()
    {
        while (_size > _maxSize)
        {
            var (name, value) = _dynamic.Last!.Value;
            _size -= name.Length + value.Length + EntryOverhead;
            _dynamic.RemoveLast();
        }
    }

    private static (byte[] Name, byte[] Value)[] CreateStatic()
    {
        // Appendix A, one field a word; ':' and '=' part a name from its value.
        const string Fields = """
            :authority :method=GET :method=POST :path=/ :path=/index.html :scheme=http :scheme=https :status=200
            :status=204 :status=206 :status=304 :status=400 :status=404 :status=500 accept-charset
            accept-encoding=gzip,deflate accept-language accept-ranges accept access-control-allow-origin age allow
            authorization cache-control content-disposition content-encoding content-language content-length
            content-location content-range content-type cookie date etag expect expires from host if-match
            if-modified-since if-none-match if-range if-unmodified-since last-modified link location max-forwards
            proxy-authenticate proxy-authorization range referer refresh retry-after server set-cookie
            strict-transport-security transfer-encoding user-agent vary via www-authenticate
            """;
        return
        [
            .. Fields.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(field =>
            {
                var parts = field.Split('=');
                var value = parts.Length > 1 ? parts[1].Replace(",", ", ", StringComparison.Ordinal) : "";
                return (Encoding.ASCII.GetBytes(parts[0]), Encoding.ASCII.GetBytes(value));
            }),
        ];
    }
}
