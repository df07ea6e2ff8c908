namespace Zergling.Workers;

/// <summary>How long a worker that died waits for its next start: twice as long each time, up to a limit.</summary>
internal sealed class Backoff
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Whoever lived for this long begins anew.</summary>
    public static readonly TimeSpan LongLife = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    /// <summary>The wait after a life that long.</summary>
    public TimeSpan After(TimeSpan life)
    {
        if (life >= LongLife)
            _next = First;
        var wait = _next;
        _next = wait * 2 < Longest ? wait * 2 : Longest;
        return wait;
    }
}
