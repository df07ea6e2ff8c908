using ZergPool.Handover;

namespace Zerg.Tests.Handover;

/// <summary>The release that was replaced waits, and serves again when it must.</summary>
internal sealed class HandoverPolicyRollbackTests
{
    private const string Replaced = """
        app 1 v1       ->
        ready 1        -> resume 1 g1
        accepting 1    ->              | 1 accepting g1
        app 2 v2       ->
        ready 2        -> resume 2 g2
        accepting 2    -> put aside 1  | 1 standby g1, 2 accepting g2
        paused 1       ->              | 1 standby g1, 2 accepting g2
        """;

    private PolicyScript _script = null!;

    private HandoverPolicy Policy => _script.Policy;

    [SetUp]
    public void StartOver() => _script = New(new PolicyLimits());

    [Test]
    public void Time_passes_and_the_old_one_drains()
    {
        _script.Play(Replaced).Play("""
            wait 29        ->
            wait 1         -> drain 1  | 1 draining g1, 2 accepting g2
            left 1         ->          | 2 accepting g2
            """);
        Assert.That(Policy.Window, Is.Null);
        Assert.That(Policy.WhyNoRollback, Does.Contain("rollback-window"));
        Assert.That(Outcomes(), Is.EqualTo(new[] { "2 Completed" }));
    }

    [Test]
    public void An_order_goes_back_and_the_new_one_drains()
    {
        _script.Play(Replaced).Play("""
            rollback!      -> resume 1 g3  | 1 ready g1, 2 accepting g2
            accepting 1    -> drain 2      | 1 accepting g3, 2 accepting g2
            draining 2     ->              | 1 accepting g3, 2 draining g2
            left 2         ->              | 1 accepting g3
            """);
        Assert.That(Outcomes(), Is.EqualTo(new[] { "1 RolledBack", "2 Completed" }));
        Assert.That(Policy.History.First().Reason, Is.EqualTo("asked"));
        Assert.That(Policy.Release, Is.EqualTo("v1"));
    }

    [Test]
    public void What_was_gone_back_from_does_not_come_back_by_itself()
    {
        _script.Play(Replaced).Play("""
            rollback!      -> resume 1 g3
            accepting 1    -> drain 2
            left 2         ->
            app 3 v2       -> stop 3 with 75
            """);
    }

    [TestCase("left 2", "1 ready g1")]
    [TestCase("draining 2", "1 ready g1, 2 draining g2")]
    public void The_end_of_the_new_one_goes_back(string end, string states)
    {
        _script.Play(Replaced).Play($"""
            {end}          -> resume 1 g3  | {states}
            accepting 1    ->
            """);
        Assert.That(Policy.Members[1].State, Is.EqualTo(MemberState.Accepting));
        Assert.That(Policy.History.First().Reason, Does.Contain("nobody of release 'v2' serves any more"));
    }

    [Test]
    public void One_of_two_copies_that_ends_changes_nothing()
    {
        _script.Play(Replaced).Play("""
            app 3 v2       ->
            ready 3        -> resume 3 g2
            accepting 3    ->
            left 2         ->              | 1 standby g1, 3 accepting g2
            left 3         -> resume 1 g3  | 1 ready g1
            """);
    }

    [Test]
    public void Copies_of_the_old_one_come_back_together()
    {
        _script.Play("""
            app 1 v1       ->
            ready 1        -> resume 1 g1
            accepting 1    ->
            app 2 v1       ->
            ready 2        -> resume 2 g1
            accepting 2    ->
            app 3 v2       ->
            ready 3        -> resume 3 g2
            accepting 3    -> put aside 1, put aside 2  | 1 standby g1, 2 standby g1, 3 accepting g2
            paused 1       ->
            paused 2       ->
            rollback!      -> resume 1 g3               | 1 ready g1, 2 standby g1, 3 accepting g2
            accepting 1    -> drain 3, resume 2 g3      | 1 accepting g3, 2 ready g1, 3 accepting g2
            accepting 2    ->                           | 1 accepting g3, 2 accepting g3, 3 accepting g2
            """);
    }

    [Test]
    public void One_that_cannot_be_gone_back_to_gives_way_to_the_next()
    {
        _script.Play("""
            app 1 v1       ->
            ready 1        -> resume 1 g1
            accepting 1    ->
            app 2 v1       ->
            ready 2        -> resume 2 g1
            accepting 2    ->
            app 3 v2       ->
            ready 3        -> resume 3 g2
            accepting 3    -> put aside 1, put aside 2
            left 3         -> resume 1 g3
            wait 10        -> stop 1 with 1, resume 2 g3
            accepting 2    ->                           | 1 failed g1, 2 accepting g3
            """);
    }

    [Test]
    public void The_next_release_ends_the_wait_and_leaves_the_last_one_waiting()
    {
        _script.Play(Replaced).Play("""
            app 3 v3       ->
            ready 3        -> resume 3 g3
            accepting 3    -> drain 1, put aside 2  | 1 draining g1, 2 standby g2, 3 accepting g3
            """);
        Assert.That(Policy.Window!.Former, Is.EqualTo("v2"));
    }

    [Test]
    public void Workers_that_die_again_and_again_go_back()
    {
        _script.Play(Replaced).Play("""
            crashed 2      ->
            crashed 1      ->
            crashed 2      ->
            crashed 2      ->
            crashed 2      -> resume 1 g3
            """);
    }

    [Test]
    public void Workers_of_a_launcher_cannot_wait_and_are_started_again()
    {
        _script.Play("""
            launcher 1 v1  ->
            ready 1        -> resume 1 g1
            accepting 1    ->
            launcher 2 v2  ->
            ready 2        -> resume 2 g2
            accepting 2    -> drain 1
            draining 1     ->
            left 1         ->
            rollback!      -> start v1 again
            launcher 3 v1  ->
            ready 3        -> resume 3 g3
            accepting 3    -> drain 2
            draining 2     ->
            """);
        Assert.That(Policy.Window, Is.Null);
        Assert.That(Outcomes(), Is.EqualTo(new[] { "3 RolledBack", "2 Completed" }));
    }

    private const string Launched = """
        launcher 1 v1  ->
        ready 1        -> resume 1 g1
        accepting 1    ->
        launcher 2 v2  ->
        ready 2        -> resume 2 g2
        accepting 2    -> drain 1
        draining 1     ->
        left 1         ->
        """;

    [Test]
    public void What_starts_again_after_the_end_of_the_new_one_was_gone_back_to()
    {
        _script.Play(Launched).Play("""
            left 2         -> start v1 again
            launcher 3 v1  ->
            ready 3        -> resume 3 g3
            accepting 3    ->
            launcher 4 v2  -> stop 4 with 75
            """);
        Assert.That(Policy.GoesBack, Is.Null);
        Assert.That(Outcomes(), Is.EqualTo(new[] { "3 RolledBack", "2 Completed" }));
        Assert.That(Policy.History.First().From, Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void A_third_release_that_takes_over_first_ends_the_way_back()
    {
        _script.Play(Launched).Play("""
            rollback!      -> start v1 again
            launcher 3 v3  ->
            ready 3        -> resume 3 g3
            accepting 3    -> drain 2
            draining 2     ->
            """);
        Assert.That(Policy.GoesBack, Is.Null);
        Assert.That(Outcomes(), Is.EqualTo(new[] { "3 Completed", "2 Completed" }));
    }

    [Test]
    public void What_fails_to_start_again_is_gone_back_to_no_more()
    {
        _script.Play(Launched).Play("""
            rollback!      -> start v1 again
            launcher 3 v1  ->
            failed 3       -> stop 3 with 1
            """);
        Assert.That(Policy.GoesBack, Is.Null);
        _script.Play("rollback! ->");
    }

    [Test]
    public void Nothing_is_gone_back_to_while_another_takes_over()
    {
        _script.Play(Replaced).Play("""
            app 3 v3       ->
            ready 3        -> resume 3 g3
            rollback!      ->
            accepting 3    -> drain 1, put aside 2
            """);
    }

    [Test]
    public void A_uWSGI_waits_and_comes_back_at_once()
    {
        _script.Play("""
            uwsgi 1        ->              | 1 accepting g1
            app 2 v2       ->
            ready 2        -> resume 2 g2
            accepting 2    -> put aside 1  | 1 standby g1, 2 accepting g2
            rollback!      -> resume 1 g3, drain 2  | 1 accepting g3, 2 accepting g2
            """);
    }

    [Test]
    public void A_copy_of_the_same_release_that_forces_its_way_leaves_nothing_to_go_back_to()
    {
        _script.Play("""
            app 1 v1          ->
            ready 1           -> resume 1 g1
            accepting 1       ->
            app 2 v1 replace  ->
            ready 2           -> resume 2 g2
            accepting 2       -> drain 1
            """);
    }

    [Test]
    public void It_goes_on_after_a_crash_of_the_pool()
    {
        var window = new RollbackWindow(2, "v2", "v1", [1], PolicyScript.Start.AddSeconds(30));
        Policy.TakeUp(2, "v2", window, PolicyScript.Start);
        _script.Play("""
            back 1 v1 paused 1     ->              | 1 standby g1
            back 2 v2 accepting 2  ->              | 1 standby g1, 2 accepting g2
            left 2                 -> resume 1 g3
            """);
    }

    [Test]
    public void The_new_one_that_does_not_come_back_after_a_crash_of_the_pool_is_waited_for_a_while()
    {
        var window = new RollbackWindow(2, "v2", "v1", [1], PolicyScript.Start.AddSeconds(30));
        Policy.TakeUp(2, "v2", window, PolicyScript.Start);
        _script.Play("""
            back 1 v1 paused 1     ->              | 1 standby g1
            wait 9                 ->
            wait 1                 -> resume 1 g3
            """);
    }

    [Test]
    public void A_way_back_that_was_begun_before_a_crash_of_the_pool_is_finished()
    {
        var window = new RollbackWindow(2, "v2", "v1", [1], PolicyScript.Start.AddSeconds(30));
        Policy.TakeUp(2, "v2", window, PolicyScript.Start);
        _script.Play("""
            back 2 v2 accepting 2  ->
            back 1 v1 accepting 3  -> drain 2  | 1 accepting g3, 2 accepting g2
            """);
        Assert.That(Policy.Window, Is.Null);
    }

    [Test]
    public void What_had_to_start_again_and_serves_after_a_crash_of_the_pool_has_been_gone_back_to()
    {
        var back = new GoingBack("v1", "it was asked for", 2);
        Policy.TakeUp(2, "v2", null, PolicyScript.Start, null, back);
        Assert.That(Policy.GoesBack, Is.EqualTo(back));
        _script.Play("""
            back 2 v2 accepting 2  ->
            back 1 v1 accepting 3  -> drain 2  | 1 accepting g3, 2 accepting g2
            """);
        Assert.That(Policy.GoesBack, Is.Null);

        Policy.TakeUp(3, "v1", null, PolicyScript.Start, null, back);
        Assert.That(Policy.GoesBack, Is.Null);
    }

    [Test]
    public void What_starts_again_is_not_sent_away_after_a_crash_of_the_pool_though_it_drains_from_before()
    {
        Policy.TakeUp(2, "v2", null, PolicyScript.Start, null, new GoingBack("v1", "it was asked for", 2));
        _script.Play("""
            back 1 v1 draining 1           ->
            back 2 v2 accepting 2          ->
            back 3 v1 starting 0 launcher  ->
            ready 3                        -> resume 3 g3
            accepting 3                    -> drain 2
            draining 2                     ->
            """);
        Assert.That(Policy.History.First().Outcome, Is.EqualTo(HandoverOutcome.RolledBack));
    }

    [Test]
    public void Who_was_to_wait_and_never_heard_of_it_hears_it_after_a_crash_of_the_pool()
    {
        var window = new RollbackWindow(2, "v2", "v1", [1], PolicyScript.Start.AddSeconds(30));
        Policy.TakeUp(2, "v2", window, PolicyScript.Start);
        _script.Play("""
            back 1 v1 accepting 1  ->
            back 2 v2 accepting 2  -> put aside 1  | 1 standby g1, 2 accepting g2
            """);
    }

    [Test]
    public void More_than_may_drain_are_not_waited_for()
    {
        _script = New(new PolicyLimits { RollbackWindow = TimeSpan.Zero, MaxGenerations = 1 });
        _script.Play("""
            app 1 v1       ->
            ready 1        -> resume 1 g1
            accepting 1    ->
            app 2 v2       ->
            ready 2        -> resume 2 g2
            accepting 2    -> drain 1
            draining 1     ->
            app 3 v3       ->
            ready 3        -> resume 3 g3
            accepting 3    -> drain 2
            draining 2     -> stop 1 with 0  | 1 draining g1, 2 draining g2, 3 accepting g3
            tick 0         ->
            """);
        var forced = Policy.Handle(new PolicyEvent.ForcedOut(1, "no room", ["h2"]), PolicyScript.Start.AddSeconds(5))
            .OfType<PolicyOrder.Forced>().Single().Record;
        Assert.That(Policy.History.First(), Is.SameAs(forced));
        Assert.That((forced.IsForcedOut, forced.To, forced.Release, forced.Duration.TotalSeconds), Is.EqualTo((true, 1, "v1", 5)));
        Assert.That(Policy.Handle(new PolicyEvent.ForcedOut(3, "it serves", []), PolicyScript.Start), Is.Empty);
    }

    private static PolicyScript New(PolicyLimits limits) => new(
        limits.MaxGenerations > 0 ? limits : limits with { RollbackWindow = TimeSpan.FromSeconds(30) })
    {
        ShowsGenerations = true,
    };

    private IEnumerable<string> Outcomes() => Policy.History.Where(one => one.From.Count > 0 || one.Outcome == HandoverOutcome.Failed)
        .Select(one => $"{one.To} {one.Outcome}");
}
