using Zerg.Configuration;

namespace ZergPool;

/// <content>What to think of a canary.</content>
internal sealed partial class Pool
{
    private string? Judgement(ListenAddress pool)
        => _options.FailsEmptyCanary ? $"nobody of {pool} tells how many requests it has answered (canary-empty)" : null;
}
