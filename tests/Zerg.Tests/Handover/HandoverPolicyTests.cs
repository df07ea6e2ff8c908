using ZergPool.Handover;

namespace Zerg.Tests.Handover;

/// <summary>The policy as a table: event -> orders | states.</summary>
internal sealed class HandoverPolicyTests
{
    private const string OneServes = """
        app 1 v1        ->          | 1 starting
        ready 1         -> resume 1 | 1 ready
        accepting 1     ->          | 1 accepting g1
        """;

    private PolicyScript _script = null!;

    private HandoverPolicy Policy => _script.Policy;

    // Not that a release serves which took over from nobody.
    private IEnumerable<HandoverRecord> Handovers => Policy.History.Where(
        record => record.From.Count > 0 || record.Outcome == HandoverOutcome.Failed);

    [SetUp]
    public void StartOver() => _script = new PolicyScript();

    [Test]
    public void A_clock_that_is_set_back_takes_no_time_away()
    {
        var script = new PolicyScript();
        script.Play("""
            app 1 v1     ->
            wait -60     ->
            ready 1      -> resume 1
            accepting 1  ->
            """);
        Assert.That(script.Policy.History.Single().Duration, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void The_first_zergling_serves_as_generation_1_and_takes_over_from_nobody()
    {
        _script.Play(OneServes);

        Assert.That(Policy.Generation, Is.EqualTo(1));
        Assert.That(Policy.Current, Is.Null);
        var record = Policy.History.Single();
        Assert.That((record.To, record.Outcome), Is.EqualTo((1, HandoverOutcome.Completed)));
        Assert.That(record.From, Is.Empty);
    }

    [TestCase("app", "left 1")]
    [TestCase("launcher", "orphaned 1")]
    public void One_that_hangs_when_it_is_replaced_and_is_started_again_is_sent_away(string kind, string end)
    {
        _script.Play($"""
            {kind} 1 v1
            ready 1         -> resume 1
            accepting 1
            app 2 v2
            ready 2         -> resume 2
            accepting 2     -> drain 1
            wait 70
            """);
        _script.Play(end == "left 1" ? end : $"{end} -> dismiss 1").Play("app 3 v1 -> stop 3 with 75");
    }

    [TestCase("v1", 1)]
    [TestCase("v2", 2)]
    public void One_that_serves_after_nobody_did_is_in_the_history_when_it_is_another_release(string release, int records)
    {
        _script.Play(OneServes).Play($"""
            left 1          ->          |
            app 2 {release}
            ready 2         -> resume 2 | 2 ready
            accepting 2     ->          | 2 accepting g{records}
            """);

        Assert.That(Policy.History.Count(), Is.EqualTo(records));
    }

    [Test]
    public void Of_one_that_has_no_session_nothing_is_in_the_history()
    {
        _script.Play("uwsgi 1 v1 -> | 1 accepting g1");
        Assert.That(Policy.History, Is.Empty);
    }

    [Test]
    public void The_same_release_joins_the_generation_that_serves()
    {
        _script.Play(OneServes).Play("""
            app 2 v1
            ready 2         -> resume 2 | 1 accepting g1, 2 ready
            accepting 2     ->          | 1 accepting g1, 2 accepting g1
            """);

        Assert.That(Handovers, Is.Empty);
    }

    [Test]
    public void Another_release_replaces_once_it_accepts()
    {
        _script.Play(OneServes).Play("app 2 v2 -> | 1 accepting g1, 2 starting");
        Assert.That(Policy.Current, Is.EqualTo(Handover(2, HandoverPhase.Starting)));

        _script.Play("ready 2 -> resume 2 | 1 accepting g1, 2 ready");
        Assert.That(Policy.Current, Is.EqualTo(Handover(2, HandoverPhase.Switching)));

        _script.Play("accepting 2 -> drain 1 | 1 accepting g1, 2 accepting g2");
        Assert.That(Policy.Current!.Phase, Is.EqualTo(HandoverPhase.Draining));
        Assert.That(Policy.Current.From, Is.EqualTo(new[] { 1 }));

        _script.Play("draining 1 -> | 1 draining g1, 2 accepting g2");
        Assert.That(Policy.Current, Is.Null);
        Assert.That(Policy.Generation, Is.EqualTo(2));
        Assert.That(Handovers.Single(), Has.Property("Outcome").EqualTo(HandoverOutcome.Completed));
        Assert.That(Handovers.Single().From, Is.EqualTo(new[] { 1 }));

        _script.Play("left 1 -> | 2 accepting g2");
        Assert.That(_script.Notes.Single().Level, Is.EqualTo(NoteLevel.Information));
    }

    [Test]
    public void Mode_replace_replaces_its_own_release() => _script.Play(OneServes).Play("""
        app 2 v1 replace
        ready 2         -> resume 2
        accepting 2     -> drain 1  | 1 accepting g1, 2 accepting g2
        """);

    [Test]
    public void Mode_join_serves_beside_another_release() => _script.Play(OneServes).Play("""
        app 2 v2 join
        ready 2         -> resume 2
        accepting 2     ->          | 1 accepting g1, 2 accepting g1
        """);

    [Test]
    public void A_hand_over_drains_every_older_one_and_waits_for_all_of_them()
    {
        _script.Play(OneServes).Play("""
            app 2 v1
            ready 2         -> resume 2
            accepting 2
            app 3 v2
            ready 3         -> resume 3
            accepting 3     -> drain 1, drain 2
            draining 1
            """);
        Assert.That(Policy.Current, Is.Not.Null);

        _script.Play("left 2");
        Assert.That(Policy.Current, Is.Null);
        Assert.That(Handovers.Single().From, Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void A_paused_one_takes_part_and_is_drained_as_well() => _script.Play(OneServes).Play("""
        pause! 1        -> pause 1
        paused 1        ->          | 1 paused g1
        app 2 v2
        ready 2         -> resume 2
        accepting 2     -> drain 1
        """);

    [Test]
    public void Standby_waits_for_an_operator()
    {
        _script.Play(OneServes).Play("""
            app 2 v2 standby
            ready 2         ->          | 1 accepting g1, 2 standby
            accepting 2     ->          | 1 accepting g1, 2 standby
            paused 2
            wait 1000       ->          | 1 accepting g1, 2 standby
            resume! 2       -> resume 2 | 1 accepting g1, 2 ready
            accepting 2     ->          | 1 accepting g1, 2 accepting g1
            """);

        Assert.That(Handovers, Is.Empty);
    }

    [Test]
    public void Standby_is_not_resumed_by_itself_when_nobody_serves() => _script.Play(OneServes).Play("""
        app 2 v2 standby
        ready 2
        left 1          ->          | 2 standby
        resume! 2       -> resume 2
        accepting 2     ->          | 2 accepting g2
        """);

    [Test]
    public void A_launcher_in_standby_is_refused_as_misconfigured() => _script.Play(OneServes).Play("""
        launcher 2 v2 standby -> stop 2 with 78 | 1 accepting g1, 2 failed
        """);

    [Test]
    public void Two_replacers_go_one_after_the_other() => _script.Play(OneServes).Play("""
        app 2 v2
        ready 2         -> resume 2
        app 3 v3
        ready 3         ->          | 1 accepting g1, 2 ready, 3 ready
        accepting 2     -> drain 1  | 1 accepting g1, 2 accepting g2, 3 ready
        draining 1      -> resume 3 | 1 draining g1, 2 accepting g2, 3 ready
        accepting 3     -> drain 2  | 1 draining g1, 2 accepting g2, 3 accepting g3
        draining 2      ->          | 1 draining g1, 2 draining g2, 3 accepting g3
        """);

    [Test]
    public void One_that_is_ready_goes_before_one_that_still_starts() => _script.Play(OneServes).Play("""
        app 2 v2
        ready 2         -> resume 2
        app 3 v3
        app 4 v4
        ready 4
        accepting 2     -> drain 1
        draining 1      -> resume 4
        """);

    [Test]
    public void A_release_that_hangs_at_its_start_does_not_hold_up_its_cure()
    {
        _script.Play(OneServes).Play("""
            app 2 v2
            app 3 v3
            ready 3         -> resume 3
            accepting 3     -> drain 1, stop 2 with 75 | 1 accepting g1, 2 failed, 3 accepting g2
            draining 1
            """);

        Assert.That(Handovers.Select(record => (record.To, record.Outcome)), Is.EqualTo(new[]
        {
            (3, HandoverOutcome.Completed), (2, HandoverOutcome.Failed),
        }));
        Assert.That(Handovers.Last().Reason, Does.Contain("overtaken by zergling 3"));
    }

    [Test]
    public void A_slower_one_of_the_same_release_joins_the_faster_one() => _script.Play(OneServes).Play("""
        app 2 v2
        app 3 v2
        ready 3         -> resume 3
        accepting 3     -> drain 1
        draining 1
        ready 2         -> resume 2
        accepting 2     ->          | 1 draining g1, 2 accepting g2, 3 accepting g2
        """);

    [Test]
    public void A_launcher_that_accepts_too_early_takes_over_in_its_turn() => _script.Play(OneServes).Play("""
        app 2 v2
        ready 2         -> resume 2
        launcher 3 v3
        ready 3
        accepting 3     ->          | 1 accepting g1, 2 ready, 3 ready
        accepting 2     -> drain 1
        draining 1      -> resume 3, drain 2 | 1 draining g1, 2 accepting g2, 3 accepting g3
        """);

    [Test]
    public void A_launcher_whose_rival_fails_serves_without_saying_so_again() => _script.Play(OneServes).Play("""
        app 2 v2
        ready 2         -> resume 2
        launcher 3 v3
        ready 3
        accepting 3
        failed 2        -> stop 2 with 1, resume 3, drain 1 | 1 accepting g1, 2 failed, 3 accepting g2
        """);

    [Test]
    public void A_launcher_that_waits_serves_once_nobody_else_does() => _script.Play(OneServes).Play("""
        app 2 v2
        ready 2         -> resume 2
        launcher 3 v3
        ready 3
        accepting 3
        left 1          -> resume 3 | 2 ready, 3 accepting g2
        """);

    [Test]
    public void Two_first_releases_that_both_were_told_to_accept_end_in_one_hand_over() => _script.Play("""
        app 1 v1
        app 2 v2
        ready 1         -> resume 1
        ready 2         -> resume 2
        accepting 1     -> resume 2 | 1 accepting g1, 2 ready
        accepting 2     -> drain 1  | 1 accepting g1, 2 accepting g2
        """);

    [Test]
    public void A_release_that_fails_changes_nothing()
    {
        _script.Play(OneServes).Play("""
            app 2 v2
            failed 2        -> stop 2 with 1 | 1 accepting g1, 2 failed
            left 2          ->               | 1 accepting g1
            """);

        Assert.That(Policy.Current, Is.Null);
        Assert.That(Policy.Generation, Is.EqualTo(1));
        var record = Handovers.Single();
        Assert.That((record.Outcome, record.Reason), Is.EqualTo((HandoverOutcome.Failed, "it broke")));
        Assert.That(record.Output, Is.EqualTo(new[] { "last words" }));
    }

    [Test]
    public void A_first_release_that_fails_is_in_the_history()
    {
        _script.Play("""
            app 1 v1
            failed 1        -> stop 1 with 1 | 1 failed
            """);

        Assert.That(Handovers.Single().Reason, Is.EqualTo("it broke"));
    }

    [Test]
    public void A_release_that_hangs_is_stopped_after_the_ready_timeout()
    {
        _script.Play(OneServes).Play("""
            app 2 v2
            wait 299
            wait 1          -> stop 2 with 1 | 1 accepting g1, 2 failed
            ready 2         ->               | 1 accepting g1, 2 failed
            accepting 2     ->               | 1 accepting g1, 2 failed
            """);

        Assert.That(Handovers.Single().Reason, Is.EqualTo("not ready within 300 s"));
    }

    [Test]
    public void A_launcher_that_hangs_has_the_last_word() => _script.Play(OneServes).Play("""
        launcher 2 v2
        wait 300        ->
        wait 2          -> stop 2 with 1 | 1 accepting g1, 2 failed
        """);

    [Test]
    public void The_next_in_line_begins_when_a_release_has_failed()
    {
        _script.Play(OneServes).Play("""
            app 2 v2
            ready 2         -> resume 2
            app 3 v3
            ready 3
            failed 2        -> stop 2 with 1, resume 3
            accepting 3     -> drain 1
            """);

        Assert.That(Handovers.Single().To, Is.EqualTo(2));
    }

    [Test]
    public void A_release_that_dies_before_it_is_ready_changes_nothing()
    {
        _script.Play(OneServes).Play("""
            app 2 v2
            left 2          -> | 1 accepting g1
            """);

        Assert.That(Policy.Current, Is.Null);
        Assert.That(Handovers.Single().Reason, Is.EqualTo("it ended"));
    }

    [Test]
    public void A_release_that_dies_while_switching_changes_nothing()
    {
        _script.Play(OneServes).Play("""
            app 2 v2
            ready 2         -> resume 2
            left 2          -> | 1 accepting g1
            """);

        Assert.That(Policy.Current, Is.Null);
        Assert.That(Handovers.Single().Outcome, Is.EqualTo(HandoverOutcome.Failed));
    }

    [Test]
    public void A_release_that_dies_after_it_took_over_leaves_an_error()
    {
        _script.Play(OneServes).Play("""
            app 2 v2
            ready 2         -> resume 2
            accepting 2     -> drain 1
            draining 1
            left 2          -> | 1 draining g1
            """);

        Assert.That(_script.Notes.Select(note => note.Level), Does.Contain(NoteLevel.Error));
        Assert.That(_script.Notes[^1].Text, Does.Contain("nobody accepts"));
    }

    [Test]
    public void A_release_that_does_not_accept_in_time_is_stopped()
    {
        _script.Play(OneServes).Play("""
            app 2 v2
            ready 2         -> resume 2
            wait 9
            wait 1          -> stop 2 with 1 | 1 accepting g1, 2 failed
            """);

        Assert.That(Policy.Current, Is.Null);
        Assert.That(Handovers.Single().Reason, Is.EqualTo("did not accept within 10 s"));
    }

    [TestCase("app 1 v1", TestName = "The_first_one_that_does_not_accept_in_time_is_stopped(app)")]
    [TestCase("launcher 1 v1", TestName = "The_first_one_that_does_not_accept_in_time_is_stopped(launcher)")]
    public void The_first_one_that_does_not_accept_in_time_is_stopped(string first)
    {
        _script.Play($"""
            {first}
            ready 1         -> resume 1
            wait 9
            wait 1          -> stop 1 with 1 | 1 failed
            app 2 v2
            ready 2         -> resume 2
            accepting 2     -> | 1 failed, 2 accepting g1
            """);

        Assert.That(Handovers.Last().Reason, Is.EqualTo("did not accept within 10 s"));
    }

    [Test]
    public void One_that_joins_and_does_not_accept_in_time_is_stopped()
    {
        _script.Play(OneServes).Play("""
            app 2 v1
            ready 2         -> resume 2
            wait 10         -> stop 2 with 1 | 1 accepting g1, 2 failed
            """);
    }

    [Test]
    public void A_release_that_drains_while_it_starts_ends_its_hand_over()
    {
        _script.Play(OneServes).Play("""
            app 2 v2
            draining 2      ->  | 1 accepting g1, 2 draining
            left 2
            app 3 v3
            ready 3         -> resume 3
            """);

        Assert.That(Policy.Current!.To, Is.EqualTo(3));
    }

    [TestCase("drain! 2 -> drain 2")]
    [TestCase("stop! 2 -> stop 2 with 0")]
    public void An_order_to_leave_ends_the_hand_over_of_one_that_does_not_serve_yet(string order)
    {
        _script.Play(OneServes).Play($"""
            app 2 v2
            ready 2         -> resume 2
            {order}
            accepting 2     ->  | 1 accepting g1, 2 draining
            """);

        Assert.That(Policy.Current, Is.Null);
        Assert.That(Handovers.Single().Reason, Is.EqualTo("asked"));
    }

    [Test]
    public void One_that_never_confirms_its_drain_does_not_hold_up_the_next_hand_over()
    {
        _script.Play(OneServes).Play("""
            app 2 v2
            ready 2         -> resume 2
            accepting 2     -> drain 1
            app 3 v3
            ready 3
            wait 9          ->
            wait 1          -> resume 3
            """);

        Assert.That(Handovers.Single().Outcome, Is.EqualTo(HandoverOutcome.Completed));
        Assert.That(Policy.Members[1].State, Is.EqualTo(MemberState.Accepting));
    }

    [Test]
    public void A_uwsgi_enters_service_at_once_and_never_replaces() => _script.Play(OneServes).Play("""
        uwsgi 2         -> | 1 accepting g1, 2 accepting g1
        """);

    [Test]
    public void A_uwsgi_with_a_fifo_is_drained_paused_and_resumed_without_an_answer() => _script.Play("""
        uwsgi 1         ->          | 1 accepting g1
        pause! 1        -> pause 1  | 1 paused g1
        resume! 1       -> resume 1 | 1 accepting g1
        app 2 v2
        ready 2         -> resume 2
        accepting 2     -> drain 1  | 1 draining g1, 2 accepting g2
        """);

    [Test]
    public void A_uwsgi_without_a_fifo_cannot_be_told_and_does_not_hold_up_the_hand_over()
    {
        _script.Play("""
            uwsgi 1 deaf
            pause! 1        ->
            app 2 v2
            ready 2         -> resume 2
            accepting 2     -> | 1 accepting g1, 2 accepting g2
            """);

        Assert.That(Policy.Current, Is.Null);
        Assert.That(_script.Notes.Select(note => note.Text), Has.Some.Contain("cannot be told to drain"));
        Assert.That(Handovers.Single().Outcome, Is.EqualTo(HandoverOutcome.Completed));
    }

    [Test]
    public void A_uwsgi_that_turns_out_deaf_accepts_on() => _script.Play("""
        uwsgi 1
        pause! 1        -> pause 1  | 1 paused g1
        deaf 1          ->          | 1 accepting g1
        drain! 1        ->          | 1 accepting g1
        """);

    [Test]
    public void A_daemonized_uwsgi_is_unknown_and_still_counts_as_accepting()
    {
        _script.Play("""
            uwsgi 1
            obscured 1      -> | 1 unknown g1
            """);
        Assert.That(_script.Notes, Is.Empty);

        _script.Play("left 1");
        Assert.That(_script.Notes.Select(note => note.Text), Has.Some.Contain("nobody accepts"));
    }

    [Test]
    public void A_draining_uwsgi_stays_draining_when_its_process_leaves_children_behind() => _script.Play("""
        uwsgi 1
        app 2 v2
        ready 2         -> resume 2
        accepting 2     -> drain 1
        obscured 1      -> | 1 draining g1, 2 accepting g2
        """);

    [Test]
    public void Orphans_are_dismissed_once_another_zergling_accepts() => _script.Play("""
        launcher 1 v1
        ready 1         -> resume 1
        accepting 1
        orphaned 1      ->          | 1 orphaned g1
        launcher 2 v1   ->          | 1 orphaned g1, 2 starting
        ready 2         -> resume 2 | 1 orphaned g1, 2 ready
        accepting 2     -> dismiss 1 | 1 draining g1, 2 accepting g1
        """);

    [Test]
    public void Orphans_are_dismissed_at_once_while_another_zergling_accepts() => _script.Play(OneServes).Play("""
        launcher 2 v1
        ready 2         -> resume 2
        accepting 2
        orphaned 2      -> dismiss 2 | 1 accepting g1, 2 draining g1
        """);

    [Test]
    public void Orphans_of_a_replaced_release_are_dismissed_in_the_hand_over() => _script.Play("""
        launcher 1 v1
        ready 1         -> resume 1
        accepting 1
        orphaned 1
        app 2 v2
        ready 2         -> resume 2
        accepting 2     -> dismiss 1 | 1 draining g1, 2 accepting g2
        """);

    [Test]
    public void Workers_of_a_launcher_that_died_before_it_served_are_dismissed()
    {
        _script.Play(OneServes).Play("""
            launcher 2 v2
            orphaned 2      -> dismiss 2 | 1 accepting g1, 2 draining
            """);

        Assert.That(Policy.Current, Is.Null);
        Assert.That(Handovers.Single().Reason, Does.Contain("died before it served"));
    }

    [TestCase("drain! 1")]
    [TestCase("stop! 1")]
    public void Orphans_told_to_leave_are_dismissed(string order) => _script.Play($"""
        launcher 1 v1
        ready 1         -> resume 1
        accepting 1
        orphaned 1
        {order}         -> dismiss 1 | 1 draining g1
        """);

    [Test]
    public void A_replaced_release_that_comes_back_within_the_mercy_is_sent_away()
    {
        Replaced().Play("""
            wait 59
            app 3 v1        -> stop 3 with 75 | 2 accepting g2, 3 failed
            """);

        // No hand-over has failed; and it counts anew.
        Assert.That(Handovers.Count(), Is.EqualTo(1));
        Assert.That(_script.Notes.Single().Text, Does.Contain("replaced a moment ago"));
        _script.Play("""
            left 3
            wait 59
            app 4 v1        -> stop 4 with 75
            """);
    }

    [Test]
    public void A_replaced_release_that_comes_back_after_the_mercy_replaces() => Replaced().Play("""
        wait 60
        app 3 v1
        ready 3         -> resume 3
        accepting 3     -> drain 2
        """);

    [Test]
    public void The_mercy_counts_from_when_the_replaced_release_was_gone() => _script.Play(OneServes).Play("""
        app 2 v2
        ready 2         -> resume 2
        accepting 2     -> drain 1
        draining 1
        wait 60
        left 1
        wait 1
        app 3 v1        -> stop 3 with 75
        left 3
        wait 60
        app 4 v1        -> | 2 accepting g2, 4 starting
        """);

    [TestCase("replace", "drain 2")]
    [TestCase("join", "")]
    public void A_replaced_release_may_be_forced_back(string mode, string orders) => Replaced().Play($"""
        app 3 v1 {mode}
        ready 3         -> resume 3
        accepting 3     -> {orders}
        """);

    [Test]
    public void A_replaced_release_may_come_back_when_nobody_else_serves() => Replaced().Play("""
        left 2
        app 3 v1
        ready 3         -> resume 3
        accepting 3     -> | 3 accepting g3
        """);

    [Test]
    public void A_release_that_was_forced_back_may_join_again() => Replaced().Play("""
        app 3 v1 replace
        ready 3         -> resume 3
        accepting 3     -> drain 2
        draining 2
        app 4 v1        -> | 2 draining g2, 3 accepting g3, 4 starting
        app 5 v2        -> stop 5 with 75
        """);

    [Test]
    public void Losing_the_last_one_that_accepts_is_an_error()
    {
        _script.Play(OneServes).Play("left 1");

        Assert.That(_script.Notes.Select(note => note.Level), Is.EqualTo(new[] { NoteLevel.Warning, NoteLevel.Error }));
    }

    [Test]
    public void A_launcher_without_a_worker_accepts_nothing_and_is_back_with_the_next_one()
    {
        _script.Play("""
            launcher 1 v1
            ready 1         -> resume 1
            accepting 1
            starting 1      ->          | 1 down g1
            """);
        Assert.That(_script.Notes.Select(note => note.Level), Is.EqualTo(new[] { NoteLevel.Warning, NoteLevel.Error }));
        Assert.That(_script.Notes[^1].Text, Does.Contain("nobody accepts any more"));

        _script.Play("starting 1 -> | 1 down g1");
        Assert.That(_script.Notes, Is.Empty);
        _script.Play("""
            accepting 1     ->          | 1 accepting g1
            launcher 2 v1
            ready 2         -> resume 2
            accepting 2     ->          | 1 accepting g1, 2 accepting g1
            starting 2      ->          | 1 accepting g1, 2 down g1
            """);
        Assert.That(_script.Notes.Select(note => note.Level), Is.EqualTo(new[] { NoteLevel.Warning }));
    }

    [Test]
    public void A_launcher_without_a_worker_is_replaced_like_any_other() => _script.Play("""
        launcher 1 v1
        ready 1         -> resume 1
        accepting 1
        starting 1
        app 2 v2
        ready 2         -> resume 2
        accepting 2     -> drain 1  | 1 down g1, 2 accepting g2
        accepting 1     ->          | 1 accepting g1, 2 accepting g2
        draining 1      ->          | 1 draining g1, 2 accepting g2
        """);

    [TestCase("starting 1 -> | 1 starting")]
    [TestCase("ready 1 -> resume 1;starting 1 -> | 1 ready")]
    [TestCase("ready 1 -> resume 1;accepting 1;draining 1;starting 1 -> | 1 draining g1")]
    public void One_that_does_not_serve_has_nothing_to_lose(string script)
        => _script.Play("launcher 1 v1").Play(script.Replace(';', '\n'));

    [Test]
    public void Generations_count_replacements_and_not_joins_or_restarts()
    {
        _script.Play(OneServes).Play("""
            left 1
            app 2 v1
            ready 2         -> resume 2
            accepting 2     -> | 2 accepting g1
            left 2
            app 3 v2
            ready 3         -> resume 3
            accepting 3     -> | 3 accepting g2
            app 4 v2
            ready 4         -> resume 4
            accepting 4     -> | 3 accepting g2, 4 accepting g2
            app 5 v3
            ready 5         -> resume 5
            accepting 5     -> drain 3, drain 4 | 3 accepting g2, 4 accepting g2, 5 accepting g3
            """);

        Assert.That(Policy.Generation, Is.EqualTo(3));
    }

    [Test]
    public void The_history_is_bounded_and_newest_first()
    {
        _script = new PolicyScript(new PolicyLimits { History = 3 });
        for (var id = 1; id <= 5; id++)
            _script.Play($"app {id} v{id}\nleft {id}");

        Assert.That(Handovers.Select(record => record.To), Is.EqualTo(new[] { 5, 4, 3 }));
    }

    [TestCase("app 1 v1", "pause! 1", "", "starting")]
    [TestCase("app 1 v1", "resume! 1", "", "starting")]
    [TestCase("app 1 v1", "drain! 1", "drain 1", "draining")]
    [TestCase("app 1 v1", "stop! 1", "stop 1 with 0", "draining")]
    [TestCase("app 1 v1 standby;ready 1", "pause! 1", "", "standby")]
    [TestCase("app 1 v1;draining 1", "pause! 1", "", "draining")]
    [TestCase("app 1 v1;draining 1", "resume! 1", "", "draining")]
    [TestCase("app 1 v1;draining 1", "drain! 1", "", "draining")]
    [TestCase("app 1 v1;draining 1", "stop! 1", "stop 1 with 0", "draining")]
    [TestCase("app 1 v1;failed 1 -> stop 1 with 1", "resume! 1", "", "failed")]
    [TestCase("app 1 v1;failed 1 -> stop 1 with 1", "drain! 1", "", "failed")]
    [TestCase("app 1 v1;ready 1 -> resume 1;accepting 1", "resume! 1", "", "accepting g1")]
    [TestCase("app 1 v1;ready 1 -> resume 1;accepting 1", "stop! 1", "stop 1 with 0", "accepting g1")]
    [TestCase("launcher 1 v1;ready 1 -> resume 1;accepting 1", "pause! 1", "", "accepting g1")]
    [TestCase("launcher 1 v1;ready 1 -> resume 1;accepting 1;starting 1", "pause! 1", "", "down g1")]
    [TestCase("launcher 1 v1;ready 1 -> resume 1;accepting 1;starting 1", "resume! 1", "", "down g1")]
    [TestCase("launcher 1 v1;ready 1 -> resume 1;accepting 1;starting 1", "drain! 1", "drain 1", "down g1")]
    [TestCase("launcher 1 v1;ready 1 -> resume 1;accepting 1;starting 1", "orphaned 1", "", "orphaned g1")]
    [TestCase("uwsgi 1;obscured 1", "pause! 1", "", "unknown g1")]
    [TestCase("app 1 v1", "pause! 7", "", "starting")]
    [TestCase("app 1 v1", "left 7", "", "starting")]
    public void Orders_in_wrong_states(string before, string order, string orders, string state)
        => _script.Play(before.Replace(';', '\n')).Play($"{order} -> {orders} | 1 {state}");

    private static CurrentHandover Handover(int to, HandoverPhase phase)
    {
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return new CurrentHandover(to, $"v{to}", [], phase, start, start);
    }

    private PolicyScript Replaced() => _script.Play(OneServes).Play("""
        app 2 v2
        ready 2         -> resume 2
        accepting 2     -> drain 1
        draining 1
        left 1          -> | 2 accepting g2
        """);
}
