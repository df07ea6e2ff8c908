using Zerg.Configuration;
using ZergPool.Handover;

namespace Zerg.Tests.Handover;

/// <summary>What holds whatever happens in whatever order.</summary>
[Parallelizable]
internal sealed class HandoverPolicyPropertyTests
{
    private const int Sequences = 20_000;
    private const int Events = 30;

    [Test]
    public void Any_sequence_of_events_keeps_the_promises([Values(1, 2, 3, 4)] int seed, [Values(0, 30)] int window,
        [Values] RollStrategy strategy)
    {
        var random = new Random(seed);
        for (var sequence = 0; sequence < Sequences / 12; sequence++)
        {
            var run = new Run(random, TimeSpan.FromSeconds(window), strategy);
            try
            {
                for (var step = 0; step < Events; step++)
                    run.Step();
                run.Settle();
            }
            catch (Exception problem) when (problem is not NUnit.Framework.AssertionException)
            {
                throw new AssertionException($"{problem.Message}\nseed {seed}, sequence {sequence}:\n{run.Story}", problem);
            }
        }
    }

    private sealed class Run(Random random, TimeSpan window, RollStrategy strategy)
    {
        private static readonly PolicyLimits s_limits = new()
        {
            History = 8,
            Watch = new ReleaseWatch(WatchTerm.ParseAll("5xx<50%").Value!, 50),
        };



        private readonly HandoverPolicy _policy = new(s_limits with { RollbackWindow = window, Strategy = strategy });
        private readonly HashSet<int> _alive = [];
        private readonly HashSet<int> _saidAccepting = [];
        private readonly HashSet<int> _mayResume = [];
        private readonly List<PolicyEvent> _story = [];
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private int _lastId;

        public string Story => string.Join('\n', _story);

        public void Step()
        {
            _now += TimeSpan.FromSeconds(random.Next(8) == 0 ? random.Next(1, 120) : random.NextDouble());
            Play(Any());
        }

        /// <summary>With patience every hand-over ends.</summary>
        public void Settle()
        {
            for (var patience = 0; patience < 4 + (4 * _alive.Count) && _policy.Current is not null; patience++)
            {
                _now += s_limits.Ready + s_limits.Mercy + s_limits.Answer;
                Play(new PolicyEvent.Tick());
            }

            Require(_policy.Current is null, "a hand-over never ends");
            _now += window;
            Play(new PolicyEvent.Tick());
            Require(_policy.Window is null || _policy.Current is not null, "the way back stays open");
        }

        private PolicyEvent Any()
        {
            // Ids of nobody among them: what comes late must not hurt.
            var id = random.Next(1, _lastId + 2);
            return random.Next(23) switch
            {
                0 or 1 or 2 => Attach(),
                3 or 4 or 5 => new PolicyEvent.BecameReady(id),
                6 or 7 or 8 => Counted(id),
                9 => new PolicyEvent.Reported(id, ZerglingState.Paused),
                10 => new PolicyEvent.Reported(id, ZerglingState.Draining),
                11 => new PolicyEvent.HasFailed(id, "it broke", []),
                12 => new PolicyEvent.Left(id, "it ended"),
                13 => Rare(id),
                14 => new PolicyEvent.PauseAsked(id),
                15 => new PolicyEvent.ResumeAsked(id),
                16 => random.Next(2) == 0
                    ? new PolicyEvent.DrainAsked(id, "asked") : new PolicyEvent.StopAsked(id, "asked"),
                18 => new PolicyEvent.RollbackAsked("asked"),
                19 => new PolicyEvent.Crashed(id),
                17 => new PolicyEvent.Reported(id, ZerglingState.Starting),
                20 or 21 => Answered(id),
                _ => new PolicyEvent.Tick(),
            };
        }

        // Mostly of one that does as it is told.
        private PolicyEvent.Reported Counted(int id)
        {
            var target = random.Next(4) == 0 ? random.Next(5) : _policy.Members.GetValueOrDefault(id)?.Target ?? 0;
            return new(id, ZerglingState.Accepting)
            {
                Target = target,
                Ready = random.Next(4) == 0 ? random.Next(5) : target,
                Running = random.Next(4) == 0 ? random.Next(5) : target,
            };
        }

        // Nearly half of them are errors; some say less than before.
        private PolicyEvent.Answered Answered(int id)
        {
            var (good, bad) = (random.Next(100), random.Next(80));
            return new PolicyEvent.Answered(id, new ZergResponses([0, good, 0, 0, bad], ZergResponses.None.Latencies, 0));
        }

        private PolicyEvent Rare(int id)
        {
            var kind = _policy.Members.GetValueOrDefault(id)?.Kind;
            return kind == MemberKind.Uwsgi
                ? random.Next(2) == 0 ? new PolicyEvent.Obscured(id) : new PolicyEvent.Deaf(id)
                : new PolicyEvent.Orphaned(id);
        }

        private PolicyEvent.Attached Attach()
        {
            var kind = (MemberKind)random.Next(3);
            var member = new Member(
                ++_lastId, kind, kind == MemberKind.Uwsgi ? "" : $"v{random.Next(4)}",
                kind == MemberKind.Uwsgi ? ZergMode.Join : (ZergMode)random.Next(4), _now)
            {
                Obeys = kind != MemberKind.Uwsgi || random.Next(2) == 0,
                Size = kind == MemberKind.Launcher ? random.Next(5) : 0,
            };
            if (member.Size > 0)
                member = member with { Target = _policy.Begin(member) };
            _alive.Add(member.Id);
            return new PolicyEvent.Attached(member);
        }

        private void Play(PolicyEvent happened)
        {
            _story.Add(happened);
            var before = _policy.Members.ToDictionary();
            var (current, generation) = (_policy.Current, _policy.Generation);
            Note(happened, before);
            var orders = _policy.Handle(happened, _now);
            Check(orders, before, current, generation);
        }

        private void Note(PolicyEvent happened, Dictionary<int, Member> before)
        {
            switch (happened)
            {
                case PolicyEvent.Left left:
                    _alive.Remove(left.Id);
                    break;
                case PolicyEvent.Reported { State: ZerglingState.Accepting } reported
                    when before.ContainsKey(reported.Id):
                    _saidAccepting.Add(reported.Id);
                    break;
                case PolicyEvent.ResumeAsked asked:
                    _mayResume.Add(asked.Id);
                    break;
            }
        }

        private void Check(
            IReadOnlyList<PolicyOrder> orders, Dictionary<int, Member> before, CurrentHandover? current, int generation)
        {
            Require(_policy.Members.Keys.SequenceEqual(_alive.Order()), "a member was lost or stayed");
            Require(_policy.Generation >= generation, "the generation went back");
            Require(
                _policy.Members.Values.All(one => one.State != MemberState.Standby || one.Generation == 0
                    || _policy.Window?.From.Contains(one.Id) == true),
                "one that was replaced waits for ever");
            Require(_policy.History.Count() <= s_limits.History, "the history grows");
            foreach (var order in orders)
                Check(order, before, orders, generation);

            if (_policy.Current is { } now)
            {
                Require(
                    _policy.Members.ContainsKey(now.To) || now.Phase == HandoverPhase.Draining,
                    "a hand-over to nobody");
                Require(
                    current is null || current.To == now.To || current.Phase == HandoverPhase.Starting
                    || !_policy.Members.TryGetValue(current.To, out var old) || old.State != MemberState.Ready,
                    "a hand-over under way was replaced by another");
            }

            Require(
                _policy.Members.Values.Count(one => one.State == MemberState.Ready && one.AskedAt is not null && Replaces(one)) <= 1,
                "two hand-overs at a time");
        }

        private bool Replaces(Member one)
            => _policy.Current is { Phase: HandoverPhase.Switching } && _policy.Current.To == one.Id;

        private void Check(
            PolicyOrder order, Dictionary<int, Member> before, IReadOnlyList<PolicyOrder> orders, int generation)
        {
            switch (order)
            {
                case PolicyOrder.Drain drain when drain.Reason != "asked" && before.GetValueOrDefault(drain.Id)?.State != MemberState.Standby
                    && _policy.History.FirstOrDefault() is { Outcome: HandoverOutcome.Failed } failed && failed.To == drain.Id:
                    Require(
                        _policy.Members.Values.Any(one => one.Serves && one.Id != drain.Id), "the last one was given up");
                    break;
                case PolicyOrder.Drain drain when drain.Reason != "asked"
                    && before.GetValueOrDefault(drain.Id)?.State != MemberState.Standby:
                    // Only the one that took over in this very step may push others out.
                    var winner = _policy.Members.Values.SingleOrDefault(one =>
                        one.Generation == _policy.Generation && one.State == MemberState.Accepting
                        && _policy.Generation > generation);
                    Require(
                        winner is not null && (winner.Kind == MemberKind.Uwsgi || _saidAccepting.Contains(winner.Id)),
                        "a drain before another one accepts");
                    Require(drain.Id != winner!.Id, "the new one is drained");
                    break;
                case PolicyOrder.Resume resume:
                    var member = _policy.Members[resume.Id];
                    Require(
                        member.Mode != ZergMode.Standby || before[resume.Id].State == MemberState.Paused
                        || _mayResume.Contains(resume.Id) || before[resume.Id].Generation > 0,
                        "a standby was resumed by nobody");
                    Require(
                        !before.TryGetValue(resume.Id, out var old) || old.Kind != MemberKind.Uwsgi || old.Obeys,
                        "a deaf uWSGI is told something");
                    break;
                case PolicyOrder.Scale scale:
                    Require(scale.Workers >= 0 && scale.Workers <= before[scale.Id].Size, "told to have more than it can");
                    break;
                case PolicyOrder.Dismiss dismiss:
                    Require(orders.Count(one => one == order) == 1, "dismissed twice");
                    Require(
                        before[dismiss.Id].State != MemberState.Accepting || _story[^1] is PolicyEvent.Orphaned,
                        "dismissed alive");
                    break;
            }
        }

        private static void Require(bool holds, string otherwise)
        {
            if (!holds)
                throw new InvalidOperationException(otherwise);
        }
    }
}
