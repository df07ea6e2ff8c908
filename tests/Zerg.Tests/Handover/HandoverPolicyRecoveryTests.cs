using ZergPool.Handover;

namespace Zerg.Tests.Handover;

/// <summary>What zerglings say of themselves to a pool that comes back after a crash.</summary>
internal sealed class HandoverPolicyRecoveryTests
{
    private PolicyScript _script = null!;

    private HandoverPolicy Policy => _script.Policy;

    [SetUp]
    public void StartOver()
    {
        _script = new PolicyScript { ShowsGenerations = true };
        Policy.TakeUp(5, "v5", null, default);
    }

    [Test]
    public void Everybody_is_where_he_was()
    {
        _script.Play("""
            back 3 v5 accepting 5           -> | 3 accepting g5
            back 4 v5 paused 5              -> | 3 accepting g5, 4 paused g5
            back 2 v4 draining 4            -> | 2 draining g4, 3 accepting g5, 4 paused g5
            back 6 v9 standby 0 standby     -> | 2 draining g4, 3 accepting g5, 4 paused g5, 6 standby
            resume! 4                       -> resume 4 g5
            """);
        Assert.That(Policy.Generation, Is.EqualTo(5));
        Assert.That(Policy.History, Is.Empty);
    }

    [TestCase("back 1 v5 accepting 5 -> ", "back 2 v6 accepting 6 -> drain 1")]
    [TestCase("back 2 v6 accepting 6 -> ", "back 1 v5 accepting 5 -> drain 1")]
    public void A_hand_over_whose_switch_was_told_is_finished_whoever_comes_first(string first, string second)
    {
        _script.Play($"""
            {first}
            {second} | 1 accepting g5, 2 accepting g6
            draining 1 -> | 1 draining g5, 2 accepting g6
            left 1     -> | 2 accepting g6
            """);
        Assert.That(Policy.Generation, Is.EqualTo(6));
        Assert.That(Policy.Release, Is.EqualTo("v6"));
    }

    [Test]
    public void At_the_highest_generation_hand_overs_go_on_and_can_be_undone()
    {
        _script = new PolicyScript(new PolicyLimits { RollbackWindow = TimeSpan.FromSeconds(30) }) { ShowsGenerations = true };
        Policy.TakeUp(999_999_999, "v5", null, default);
        _script.Play("""
            back 3 v5 accepting 999999999  -> | 3 accepting g999999999
            app 4 v6                       -> | 3 accepting g999999999, 4 starting
            ready 4                        -> resume 4 g1000000000
            accepting 4                    -> put aside 3 | 3 standby g999999999, 4 accepting g1000000000
            paused 3                       ->
            app 5 v7                       ->
            ready 5                        -> resume 5 g1000000000
            accepting 5                    -> drain 3, put aside 4 | 3 draining g999999999, 4 standby g999999999, 5 accepting g1000000000
            """);
        Assert.That(Policy.Generation, Is.EqualTo(1_000_000_000));
        Assert.That(Policy.Window?.Generation, Is.EqualTo(1_000_000_000));
    }

    [Test]
    public void A_hand_over_before_its_switch_begins_anew()
    {
        _script.Play("""
            back 2 v6 ready 0       -> resume 2 g6 | 2 ready
            back 1 v5 accepting 5   -> resume 2 g6 | 1 accepting g5, 2 ready
            accepting 2             -> drain 1     | 1 accepting g5, 2 accepting g6
            """);
    }

    [Test]
    public void A_launcher_whose_workers_accept_before_its_turn_still_has_to_wait_for_it()
    {
        _script.Play("""
            back 1 v5 accepting 5                   ->                       | 1 accepting g5
            back 2 v6 ready 0 launcher accepts      -> resume 2 g6, drain 1  | 1 accepting g5, 2 accepting g6
            """);
    }

    [Test]
    public void One_that_starts_goes_on_starting_and_takes_over()
    {
        _script.Play("""
            app 2 v6                ->              | 2 starting
            back 1 v5 accepting 5   ->              | 1 accepting g5, 2 starting
            ready 2                 -> resume 2 g6
            accepting 2             -> drain 1      | 1 accepting g5, 2 accepting g6
            """);
    }

    [Test]
    public void A_new_release_that_comes_before_the_old_one_is_back_is_the_newer_one_all_the_same()
    {
        _script.Play("""
            app 2 v6                ->
            ready 2                 -> resume 2 g6
            accepting 2             ->          | 2 accepting g6
            back 1 v5 accepting 5   -> drain 1  | 1 accepting g5, 2 accepting g6
            """);
    }

    [Test]
    public void A_release_that_was_draining_does_not_come_back_by_itself()
    {
        _script.Play("""
            back 3 v5 accepting 5   ->
            back 2 v4 draining 4    ->
            left 2                  ->
            app 4 v4                -> stop 4 with 75
            """);
    }

    [Test]
    public void Without_a_record_the_highest_generation_tells()
    {
        var script = new PolicyScript();
        script.Play("""
            back 1 v2 accepting 2   ->          | 1 accepting g2
            back 2 v2 accepting 2   ->          | 1 accepting g2, 2 accepting g2
            back 3 v1 accepting 1   -> drain 3
            """);
        Assert.That(script.Policy.Release, Is.EqualTo("v2"));
    }

    [Test]
    public void An_older_one_is_left_in_peace_while_the_newest_does_not_accept()
        => _script.Play("""
            back 2 v6 paused 6      ->          | 2 paused g6
            back 1 v5 accepting 5   ->          | 1 accepting g5, 2 paused g6
            resume! 2               -> resume 2 g6
            """);
}
