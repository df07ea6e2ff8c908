using Zerg.Configuration;
using ZergPool.Handover;

namespace Zerg.Tests.Handover;

/// <summary>Workers that are exchanged one by one, and the stop of a canary.</summary>
internal sealed class HandoverPolicyRollingTests
{
    private const string Three = """
        launcher 1 v1 x3 ->
        ready 1          -> resume 1 g1
        workers 1 3 3    ->              | 1 accepting g1
        launcher 2 v2 x3 ->
        workers 2 0 1    ->
        ready 2          -> resume 2 g1
        """;

    private const string Eight = """
        launcher 1 v1 x8 ->
        ready 1          -> resume 1 g1
        workers 1 8 8    ->
        launcher 2 v2 x8 ->
        ready 2          -> resume 2 g1
        """;

    private const string Apps = """
        app 1 v1      ->
        ready 1       -> resume 1 g1
        accepting 1   ->
        app 2 v2      ->
        ready 2       -> resume 2 g1
        accepting 2   ->             | 1 accepting g1, 2 accepting g1
        """;

    private PolicyScript _script = null!;

    private HandoverPolicy Policy => _script.Policy;

    [Test]
    public void One_more_and_then_one_less()
    {
        New(RollStrategy.Rolling).Play(Three).Play("""
            workers 2 1 1 -> scale 1 to 2              | 1 accepting g1, 2 accepting g1
            workers 1 2 3 ->
            workers 1 2 2 -> scale 2 to 2
            workers 2 1 2 ->
            workers 2 2 2 -> scale 1 to 1
            workers 1 1 2 ->
            workers 1 1 1 -> scale 2 to 3
            workers 2 3 3 -> resume 2 g2, drain 1       | 1 accepting g1, 2 accepting g2
            draining 1    ->
            left 1        ->                           | 2 accepting g2
            """);
        Assert.That(Outcomes(), Is.EqualTo(new[] { "2 Completed" }));
        Assert.That(Policy.Release, Is.EqualTo("v2"));
    }

    [Test]
    public void Its_workers_give_way_as_the_old_ones_come_back()
    {
        New(RollStrategy.Rolling).Play(Three).Play("""
            workers 2 1 1 -> scale 1 to 2
            workers 1 2 2 -> scale 2 to 2
            workers 2 2 2 -> scale 1 to 1
            rollback!     ->
            rollback!     ->
            workers 1 1 1 -> scale 1 to 2
            workers 1 2 2 -> scale 2 to 1
            workers 2 1 1 -> scale 1 to 3
            """);
        Assert.That(Policy.Current!.Phase, Is.EqualTo(HandoverPhase.Returning));
        Assert.That(Policy.WhyNoRollback, Does.Contain("already"));
        _script.Play("""
            workers 1 3 3 -> drain 2
            draining 2    ->                   | 1 accepting g1, 2 draining g1
            """);
        Assert.That(Outcomes(), Is.EqualTo(new[] { "2 Failed" }));
        Assert.That(Policy.History.First().Reason, Is.EqualTo("asked"));
        _script.Play("""
            left 2            ->
            launcher 3 v2 x3  -> stop 3 with 75
            """);
    }

    [TestCase("left 2", "")]
    [TestCase("orphaned 2", "dismiss 2")]
    [TestCase("failed 2", "stop 2 with 1")]
    [TestCase("draining 2", "")]
    public void The_end_of_the_new_one_has_the_old_one_whole_again(string end, string order)
    {
        var orders = string.Join(", ", new[] { end[0] is 'f' ? order : "", "scale 1 to 3", end[0] is 'o' ? order : "" }.Where(one => one.Length > 0));
        New(RollStrategy.Rolling).Play(Three).Play($"""
            workers 2 1 1 -> scale 1 to 2
            {end}         -> {orders}
            """);
        Assert.That(Outcomes(), Is.EqualTo(new[] { "2 Failed" }));
    }

    [Test]
    public void Too_many_workers_that_die_go_back()
    {
        New(RollStrategy.Rolling, maxCrashes: 1).Play(Three).Play("""
            workers 2 1 1 -> scale 1 to 2
            crashed 2     ->
            crashed 2     ->
            workers 1 2 2 -> scale 1 to 3
            workers 1 3 3 -> drain 2
            """);
        Assert.That(Policy.History.First().Reason, Is.EqualTo("2 workers of release 'v2' died"));
    }

    [Test]
    public void The_end_of_the_old_one_gives_all_to_the_new_one()
    {
        New(RollStrategy.Rolling).Play(Three).Play("""
            workers 2 1 1 -> scale 1 to 2
            left 1        -> resume 2 g2, scale 2 to 3  | 2 accepting g2
            """);
        var record = Policy.History.First();
        Assert.That((record.To, record.Outcome), Is.EqualTo((2, HandoverOutcome.Completed)));
        Assert.That(record.From, Is.Empty);
    }

    [Test]
    public void Workers_of_an_old_launcher_that_died_go_on_meanwhile()
    {
        New(RollStrategy.Rolling).Play(Three).Play("""
            workers 2 1 1 -> scale 1 to 2
            orphaned 1    -> scale 2 to 3
            workers 2 3 3 -> resume 2 g2, dismiss 1
            """);
    }

    [Test]
    public void Nobody_is_left_alone_with_workers_of_a_dead_launcher()
    {
        New(RollStrategy.Canary).Play(Eight).Play("""
            workers 2 1 1 -> scale 1 to 7
            orphaned 1    ->
            rollback!     -> drain 2                  | 1 orphaned g1, 2 accepting g1
            draining 2    ->                          | 1 orphaned g1, 2 draining g1
            """);
    }

    [Test]
    public void A_canary_is_never_the_whole_of_several()
    {
        New(RollStrategy.Canary, canary: new Share(3, 4)).Play("""
            launcher 1 v1 x2 ->
            ready 1          -> resume 1 g1
            workers 1 2 2    ->
            launcher 2 v2 x2 ->
            ready 2          -> resume 2 g1
            workers 2 1 1    -> scale 1 to 1
            workers 1 1 1    ->
            wait 60          -> scale 2 to 2
            workers 2 2 2    -> resume 2 g2, drain 1
            """);
    }

    [Test]
    public void Another_copy_waits_until_the_first_one_has_taken_over()
    {
        New(RollStrategy.Rolling).Play(Three).Play("""
            workers 2 1 1    -> scale 1 to 2
            launcher 3 v2 x3 ->
            ready 3          ->
            workers 3 1 1    ->
            workers 1 2 2    -> scale 2 to 2
            workers 2 2 2    -> scale 1 to 1
            workers 1 1 1    -> scale 2 to 3
            workers 2 3 3    -> resume 2 g2, drain 1, resume 3 g2, scale 3 to 3
            draining 1       ->                          | 1 draining g1, 2 accepting g2, 3 accepting g2
            """);
    }

    [Test]
    public void Another_copy_of_what_is_gone_back_from_does_not_try_it_again()
    {
        New(RollStrategy.Rolling).Play(Three).Play("""
            workers 2 1 1    -> scale 1 to 2
            launcher 3 v2 x3 ->
            rollback!        -> stop 3 with 75
            """);
    }

    [Test]
    public void One_that_another_pool_leaves_fewer_is_told_once()
    {
        New(RollStrategy.Rolling).Play(Three).Play("""
            workers 2 1 1    -> scale 1 to 2
            workers 1 2 2    -> scale 2 to 2
            workers? 2 1 1 1 ->
            workers? 2 1 1 1 ->
            wait 369         ->
            workers? 2 1 1 1 ->
            wait 1           -> scale 2 to 1, scale 1 to 3
            """);
    }

    [Test]
    public void Workers_that_die_again_and_again_hold_nothing_up_for_ever()
    {
        New(RollStrategy.Rolling).Play(Three).Play("""
            workers 2 1 1 -> scale 1 to 2
            rollback!     ->
            workers 1 2 2 -> scale 1 to 3
            workers 1 2 3 ->
            wait 200      ->
            workers 1 2 2 ->
            wait 169      ->
            workers 1 2 3 ->
            wait 1        -> drain 2
            """);
        Assert.That(Outcomes(), Is.EqualTo(new[] { "2 Failed" }));
    }

    [Test]
    public void One_that_began_with_all_of_its_workers_makes_room_on_the_way_back()
    {
        New(RollStrategy.BlueGreen);
        _script.Play("""
            launcher 1 v1 x3 ->
            ready 1          -> resume 1 g1
            workers 1 3 3    ->
            launcher 2 v2 x3 ->
            """);
        Policy.Limits = Policy.Limits with { Strategy = RollStrategy.Canary };
        _script.Play("""
            ready 2          -> resume 2 g1
            workers 2 3 3    -> scale 1 to 1
            workers 1 1 1    ->
            rollback!        -> scale 2 to 2
            workers 2 2 2    -> scale 1 to 2
            workers 1 2 2    -> scale 2 to 1
            workers 2 1 1    -> scale 1 to 3
            workers 1 3 3    -> drain 2
            """);
    }

    [Test]
    public void One_without_workers_does_not_take_over()
    {
        New(RollStrategy.Canary).Play("""
            launcher 1 v1 ->
            ready 1       -> resume 1 g1
            accepting 1   ->
            launcher 2 v2 ->
            ready 2       -> resume 2 g1
            accepting 2   ->
            starting 2    -> | 1 accepting g1, 2 down g1
            wait 60       ->
            accepting 2   -> resume 2 g2, drain 1
            """);
    }

    [Test]
    public void One_that_comes_no_further_goes_back()
    {
        New(RollStrategy.Rolling).Play(Three).Play("""
            workers 2 1 1 -> scale 1 to 2
            workers 1 2 2 -> scale 2 to 2
            wait 300      ->
            wait 70       -> scale 2 to 1, scale 1 to 3
            workers 1 3 3 -> drain 2
            """);
        Assert.That(Policy.History.First().Reason, Does.Contain("no further"));
    }

    [Test]
    public void A_canary_stops_at_its_share_for_a_while()
    {
        New(RollStrategy.Canary, canary: new Share(1, 4)).Play(Eight).Play("""
            workers 2 1 1 -> scale 1 to 7
            workers 1 7 7 -> scale 2 to 2
            workers 2 2 2 -> scale 1 to 6
            workers 1 6 6 ->
            wait 59       ->
            """);
        Assert.That(Policy.Exchanged, Is.EqualTo((2, 8, 6)));
        Assert.That(Policy.BakesUntil, Is.EqualTo(PolicyScript.Start.AddSeconds(60)));
        Assert.That(Policy.ExchangedShare, Is.Null);
        _script.Play("wait 1 -> scale 2 to 3");
    }

    [Test]
    public void A_canary_that_answers_badly_goes_back_at_once()
    {
        New(RollStrategy.Canary).Play(Apps).Play("""
            answered 1 900 0  ->
            answered 2 90 0   ->
            """);
        Assert.That(Policy.ExchangedShare, Is.EqualTo(90.0 / 990).Within(0.0001));
        Assert.That((Policy.Seen(1, "v1")?.All(), Policy.Seen(1, "v2")?.All()), Is.EqualTo((900, 90)));
        _script.Play("answered 2 90 10 -> drain 2");
        Assert.That(Policy.History.First().Reason, Is.EqualTo("watch: 5xx 10 % (of 100 responses) is not < 1 %"));
    }

    [TestCase(99, true)]
    [TestCase(100, false)]
    public void A_canary_that_was_asked_too_little_fails_where_it_is_to(int answers, bool fails)
    {
        New(RollStrategy.Canary, failsEmpty: true).Play(Apps).Play($"""
            answered 2 {answers} 0 ->
            wait 60               -> {(fails ? "drain 2" : "resume 2 g2, drain 1")}
            """);
        if (fails)
        {
            Assert.That(
                Policy.History.First().Reason,
                Is.EqualTo("canary-empty: it has answered 99 requests of the 100 that decide something"));
        }
    }

    [Test]
    public void A_canary_that_does_not_tell_fails_where_an_empty_one_does()
    {
        New(RollStrategy.Canary, failsEmpty: true).Play(Apps).Play("wait 60 -> drain 2");
        Assert.That(Policy.History.First().Reason, Is.EqualTo("canary-empty: it does not tell what it has answered"));
    }

    [Test]
    public void An_app_is_a_canary_beside_the_whole_of_the_others()
    {
        New(RollStrategy.Canary).Play(Apps).Play("""
            wait 59       ->             | 1 accepting g1, 2 accepting g1
            wait 1        -> resume 2 g2, drain 1
            """);
    }

    [Test]
    public void An_app_rolls_whole()
    {
        New(RollStrategy.Rolling).Play("""
            app 1 v1      ->
            ready 1       -> resume 1 g1
            accepting 1   ->
            app 2 v2      ->
            ready 2       -> resume 2 g1
            accepting 2   -> resume 2 g2, drain 1
            """);
    }

    [Test]
    public void Nobody_serves_yet_so_all_of_them_begin()
    {
        New(RollStrategy.Rolling).Play("""
            launcher 1 v1 x3 ->
            ready 1          -> resume 1 g1
            workers 1 3 3    ->
            """);
        Assert.That(Policy.Members[1].Target, Is.EqualTo(3));
    }

    [Test]
    public void One_that_began_with_few_has_all_when_nobody_is_there_any_more()
    {
        New(RollStrategy.Rolling).Play("""
            launcher 1 v1 x3 ->
            ready 1          -> resume 1 g1
            workers 1 3 3    ->
            launcher 2 v2 x3 ->
            left 1           ->
            ready 2          -> resume 2 g2
            workers 2 1 1    -> resume 2 g2, scale 2 to 3
            """);
    }

    [Test]
    public void Another_image_goes_on()
    {
        New(RollStrategy.Rolling).Play(Three).Play("workers 2 1 1 -> scale 1 to 2");
        var restored = HandoverPolicy.Restore(Policy.Limits, Policy.Snapshot());
        Assert.That(restored.Current!.Roll, Is.EqualTo(Policy.Current!.Roll));
        Assert.That(restored.Snapshot().Members, Is.EqualTo(Policy.Snapshot().Members));
    }

    [Test]
    public void Another_pool_goes_on_when_all_of_them_are_back()
    {
        PlayAnother("""
            back 2 v2 accepting 1 launcher x3 ->
            workers? 2 1 1 1                  ->
            back 1 v1 accepting 1 launcher x3 ->
            workers? 1 2 2 2                  -> scale 2 to 2
            """, "workers 2 1 1 -> scale 1 to 2", RollStrategy.BlueGreen);
    }

    [Test]
    public void Another_pool_begins_what_was_ordered_and_not_answered()
    {
        PlayAnother("""
            back 2 v2 accepting 1 launcher x3 ->
            workers? 2 1 1 1                  ->
            back 1 v1 accepting 1 launcher x3 ->
            workers? 1 3 3 3                  -> scale 1 to 2
            """);
    }

    [Test]
    public void Another_pool_orders_again_what_nobody_has_heard()
    {
        PlayAnother("""
            back 2 v2 ready 0 launcher x3     ->
            back 1 v1 accepting 1 launcher x3 -> resume 2 g1
            """);
    }

    [Test]
    public void Another_pool_lets_others_have_their_turn_when_it_does_not_come_back()
    {
        PlayAnother("""
            back 1 v1 accepting 1 launcher x3 ->
            launcher 3 v3 x3                  ->
            ready 3                           ->
            wait 9                            ->
            wait 1                            -> resume 3 g1
            """);
    }

    // After an order to accept that was just given, and what came then.
    private void PlayAnother(string script, string before = "", RollStrategy now = RollStrategy.Rolling)
    {
        New(RollStrategy.Rolling).Play(Three).Play(before);
        var exchange = Policy.UnderWay;
        New(now);
        Policy.TakeUp(1, "v1", null, PolicyScript.Start, exchange);
        _script.Play(script);
    }

    [Test]
    public void Another_pool_gives_up_what_does_not_come_back()
    {
        PlayAnother("""
            back 1 v1 accepting 1 launcher x3 ->
            workers? 1 2 2 2                  ->
            wait 9                            ->
            wait 1                            -> scale 1 to 3
            """, "workers 2 1 1 -> scale 1 to 2", RollStrategy.BlueGreen);
        Assert.That(Outcomes(), Is.EqualTo(new[] { "2 Failed" }));
    }

    [Test]
    public void Launchers_that_do_as_they_are_told_never_exceed_one_more_and_always_arrive(
        [Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var (old, size) = (random.Next(1, 9), random.Next(1, 9));
        New(random.Next(2) == 0 ? RollStrategy.Rolling : RollStrategy.Canary);
        var troupe = new SimulatedLaunchers(Policy, random);
        for (var copies = random.Next(1, 4); copies > 0; copies--)
            troupe.Add("v1", old);
        troupe.PlayUntil(() => troupe.Ready("v1") == troupe.Size("v1"));
        troupe.Add("v2", size);
        var most = Math.Max(troupe.Size("v1"), size) + 1;
        var least = Math.Min(troupe.Size("v1"), size);
        var undone = random.Next(3) == 0 ? random.Next(200) : -1;
        troupe.PlayUntil(
            () => Policy.Current is null && Policy.History.Any(record => record.To == troupe.Last) && troupe.IsSettled,
            step =>
            {
                Assert.That(troupe.Running, Is.LessThanOrEqualTo(most), "too many at a time");
                Assert.That(troupe.Ready(), Is.GreaterThanOrEqualTo(least), "too few at a time");
                if (step == undone)
                    troupe.Play(new PolicyEvent.RollbackAsked("asked"));
            });
        var winner = Policy.History.First().Outcome == HandoverOutcome.Completed ? "v2" : "v1";
        Assert.That(troupe.Ready(winner), Is.EqualTo(troupe.Size(winner)));
        Assert.That(troupe.Ready(), Is.EqualTo(troupe.Size(winner)));
    }

    private PolicyScript New(
        RollStrategy strategy, int maxCrashes = 3, Share? canary = null, bool failsEmpty = false)
        => _script = new PolicyScript(new PolicyLimits
        {
            Strategy = strategy,
            MaxCrashes = maxCrashes,
            Canary = canary ?? new Share(1, 8),
            FailsEmptyCanary = failsEmpty,
            Watch = new ReleaseWatch(WatchTerm.ParseAll("5xx<1%").Value!, 100),
        })
        {
            ShowsGenerations = true,
        };

    private IEnumerable<string> Outcomes() => Policy.History.Where(record => record.From.Count > 0 || record.Outcome == HandoverOutcome.Failed)
        .Select(record => $"{record.To} {record.Outcome}");
}
