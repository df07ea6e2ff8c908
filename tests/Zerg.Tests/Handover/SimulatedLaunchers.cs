using ZergPool.Handover;

namespace Zerg.Tests.Handover;

/// <summary>Launchers that do what a policy tells them, each in its own time.</summary>
internal sealed class SimulatedLaunchers(HandoverPolicy policy, Random random)
{
    private const int Patience = 20_000;

    private readonly List<Launcher> _launchers = [];
    private DateTimeOffset _now = PolicyScript.Start;

    public int Last => _launchers[^1].Id;

    public int Running => _launchers.Sum(one => one.Running);

    /// <summary>Nobody is about to start or end a worker.</summary>
    public bool IsSettled => _launchers.TrueForAll(one => one.IsSettled);

    public int Ready(string? release = null)
        => _launchers.Where(one => release is null || one.Release == release).Sum(one => one.Ready);

    public int Size(string release) => _launchers.Where(one => one.Release == release).Sum(one => one.Size);

    public void Add(string release, int size)
    {
        var member = new Member(_launchers.Count + 1, MemberKind.Launcher, release, ZergMode.Auto, _now) { Size = size };
        member = member with { Target = policy.Begin(member) };
        _launchers.Add(new Launcher { Id = member.Id, Release = release, Size = size, Target = member.Target.Value });
        Play(new PolicyEvent.Attached(member));
    }

    public void PlayUntil(Func<bool> done, Action<int>? look = null)
    {
        for (var step = 0; !done(); step++)
        {
            Assert.That(step, Is.LessThan(Patience), "it never ends");
            _now += TimeSpan.FromMilliseconds(random.Next(2_000));
            var one = _launchers[random.Next(_launchers.Count)];
            one.Step(random);
            if (one.Target <= one.Ready && one is { WasReady: false, IsGone: false })
            {
                one.WasReady = true;
                Play(new PolicyEvent.BecameReady(one.Id));
            }

            Report(one);
            Play(new PolicyEvent.Tick());
            look?.Invoke(step);
        }
    }

    public void Play(PolicyEvent happened)
    {
        foreach (var order in policy.Handle(happened, _now))
        {
            switch (order)
            {
                case PolicyOrder.Scale scale:
                    _launchers[scale.Id - 1].Target = scale.Workers;
                    break;
                case PolicyOrder.Drain drain:
                    _launchers[drain.Id - 1].Drain();
                    break;
            }
        }
    }

    private void Report(Launcher one)
    {
        if (one.IsGone)
            return;
        var state = one.IsDraining ? ZerglingState.Draining
            : !one.WasReady ? ZerglingState.Starting
            : one.Target == 0 ? ZerglingState.Paused
            : one.Ready > 0 ? ZerglingState.Accepting : ZerglingState.Starting;
        Play(new PolicyEvent.Reported(one.Id, state) { Target = one.Target, Ready = one.Ready, Running = one.Running });
        if (one is { IsDraining: true, Running: 0 })
        {
            one.IsGone = true;
            Play(new PolicyEvent.Left(one.Id, "it drained"));
        }
    }

    private sealed class Launcher
    {
        public required int Id { get; init; }

        public required string Release { get; init; }

        public required int Size { get; init; }

        public required int Target { get; set; }

        public int Ready { get; private set; }

        public int Starting { get; private set; }

        public int Leaving { get; private set; }

        public bool WasReady { get; set; }

        public bool IsDraining { get; private set; }

        public bool IsGone { get; set; }

        public int Running => Ready + Starting + Leaving;

        public bool IsSettled => IsGone || (!IsDraining && Starting == 0 && Leaving == 0 && Ready == Target);

        public void Drain() => (IsDraining, Target) = (true, 0);

        // It starts and stops at once what it was told, and its workers take their time.
        public void Step(Random random)
        {
            while (Ready + Starting < Target)
                Starting++;
            while (Ready + Starting > Target)
            {
                (Starting, Ready) = Starting > 0 ? (Starting - 1, Ready) : (Starting, Ready - 1);
                Leaving++;
            }

            if (Starting > 0 && random.Next(2) == 0)
                (Starting, Ready) = (Starting - 1, Ready + 1);
            else if (Leaving > 0 && random.Next(2) == 0)
                Leaving--;
        }
    }
}
