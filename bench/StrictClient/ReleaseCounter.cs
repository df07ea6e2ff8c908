namespace Zerg.StrictClient;

internal sealed class ReleaseCounter(byte[] name)
{
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public bool Is(ReadOnlySpan<byte> other) => other.SequenceEqual(name);

    public void Increment() => Interlocked.Increment(ref _count);
}
