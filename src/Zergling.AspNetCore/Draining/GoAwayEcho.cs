using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Zergling.AspNetCore.Draining;

/// <summary>
/// Tells when the client has read the announcement that its HTTP/2 connection ends: sends a PING right behind it, whose
/// acknowledgement comes behind all that the client sent before. Kestrel has no such PING, and ignores the answer.
/// </summary>
internal sealed class GoAwayEcho
{
    private const int PingLength = 17;

    // The end of the header of a GOAWAY, and the begin of its last stream id, 2^31-1 (RFC 9113, 6.8).
    private const ulong Announcement = 0x07_00_00000000_7FFF;

    // Nobody else's payload, so that eight bytes tell the acknowledgement wherever frames begin and end.
    private readonly ulong _payload = (ulong)Random.Shared.NextInt64();

    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _armed;
    private bool _announced;
    private bool _sent;
    private bool _answered;
    private ulong _written;
    private ulong _read;

    /// <summary>The client has read the announcement, and all that it sent before has been read here.</summary>
    public Task Heard => _heard.Task;

    /// <summary>Looks for the announcement from now on; it is about to be made.</summary>
    public void Arm() => _armed = true;

    /// <summary>What Kestrel has written, in its order.</summary>
    public void Written(ReadOnlySpan<byte> bytes)
    {
        if (_armed && !_sent)
            _announced |= Find(Announcement, bytes, ref _written);
    }

    /// <summary>Called between two frames, as Kestrel flushes whole ones.</summary>
    public void Flushing(PipeWriter output)
    {
        if (!_announced || _sent)
            return;
        _sent = true;
        var frame = output.GetSpan(PingLength)[..PingLength];
        frame.Clear();
        frame[2] = sizeof(ulong);
        frame[3] = 6;
        BinaryPrimitives.WriteUInt64BigEndian(frame[^sizeof(ulong)..], _payload);
        output.Advance(PingLength);
    }

    /// <summary>What has come from the client.</summary>
    public void Read(in ReadOnlySequence<byte> bytes)
    {
        if (!_sent || _answered)
            return;
        foreach (var segment in bytes)
            _answered |= Find(_payload, segment.Span, ref _read);
    }

    /// <summary>Kestrel asks for more: it has taken what came before.</summary>
    public void Reading()
    {
        if (_answered)
            _heard.TrySetResult();
    }

    private static bool Find(ulong wanted, ReadOnlySpan<byte> bytes, ref ulong window)
    {
        foreach (var one in bytes)
        {
            window = (window << 8) | one;
            if (window == wanted)
                return true;
        }

        return false;
    }
}
