using Zerg.Configuration;
using ZergPool.Handover;

namespace Zerg.Tests.Handover;

/// <summary>The new release is watched by what it answers.</summary>
internal sealed class HandoverPolicyWatchTests
{
    private const string Replaced = """
        app 1 v1          ->
        answered 1 0 0    ->
        ready 1           -> resume 1 g1
        accepting 1       ->
        answered 1 0 500  ->
        app 2 v2          ->
        answered 2 0 0    ->
        ready 2           -> resume 2 g2
        accepting 2       -> put aside 1  | 1 standby g1, 2 accepting g2
        paused 1          ->
        """;

    private readonly PolicyLimits _limits = new()
    {
        RollbackWindow = TimeSpan.FromSeconds(30),
        Watch = new ReleaseWatch(WatchTerm.ParseAll("5xx<10%").Value!, 100),
    };

    private PolicyScript _script = null!;

    private HandoverPolicy Policy => _script.Policy;

    [SetUp]
    public void StartOver() => _script = new PolicyScript(_limits) { ShowsGenerations = true };

    [Test]
    public void What_the_new_one_answers_decides_once_it_is_enough()
    {
        _script.Play(Replaced).Play("""
            answered 2 10 89   ->
            answered 2 10 90   -> resume 1 g3  | 1 ready g1, 2 accepting g2
            answered 2 10 99   ->
            accepting 1        -> drain 2      | 1 accepting g3, 2 accepting g2
            answered 2 10 999  ->
            draining 2         ->              | 1 accepting g3, 2 draining g2
            answered 1 0 1000  ->
            """);
        Assert.That(Policy.History.First().Outcome, Is.EqualTo(HandoverOutcome.RolledBack));
        Assert.That(Policy.History.First().Reason, Is.EqualTo("watch: 5xx 90 % (of 100 responses) is not < 10 %"));
    }

    [Test]
    public void What_the_one_before_answers_does_not() => _script.Play(Replaced).Play("answered 1 0 5000 ->");

    [Test]
    public void After_the_window_nothing_is_watched() => _script.Play(Replaced).Play("""
        wait 30            -> drain 1
        answered 2 0 1000  ->
        """);

    [Test]
    public void Several_count_together_and_so_do_those_that_left() => _script.Play(Replaced).Play("""
        app 3 v2          ->
        ready 3           -> resume 3 g2
        accepting 3       ->
        answered 3 0 40   ->
        answered 2 0 30   ->
        left 3            ->
        app 4 v2          ->
        ready 4           -> resume 4 g2
        accepting 4       ->
        answered 4 0 29   ->
        answered 4 0 30   -> resume 1 g3
        """);

    [Test]
    public void Who_comes_back_counts_once() => _script.Play(Replaced).Play("""
        app 3 v2                 ->
        ready 3                  -> resume 3 g2
        accepting 3              ->
        answered 3 0 60          ->
        left 3                   ->
        back 3 v2 accepting 2    ->
        answered 3 0 99          ->
        answered 3 0 100         -> resume 1 g3
        """);

    [Test]
    public void Of_many_that_leave_the_sum_is_kept()
    {
        _script.Play(Replaced);
        for (var id = 3; id < 90; id++)
            _script.Play($"app {id} v2 ->\nready {id} -> resume {id} g2\naccepting {id} ->\nanswered {id} 0 1 ->\nleft {id} ->");
        Assert.That(Policy.Window!.Gone, Has.Count.LessThanOrEqualTo(32));
        Assert.That(Policy.Seen(2)!.All(), Is.EqualTo(87));
        _script.Play("answered 2 0 12 ->\nanswered 2 0 13 -> resume 1 g3");
    }

    [Test]
    public void What_cannot_be_is_ignored()
    {
        _script.Play(Replaced).Play("""
            answered 2 90 0    ->
            answered 2 10 500  ->
            answered 2 -1 500  ->
            """);
        Assert.That(Policy.Seen(2)!.All(), Is.EqualTo(90));
    }

    [Test]
    public void A_kind_without_figures_is_said_once()
    {
        _script.Play("""
            app 1 v1     ->
            ready 1      -> resume 1 g1
            accepting 1  ->
            app 2 v2     ->
            ready 2      -> resume 2 g2
            accepting 2  -> put aside 1
            """);
        Assert.That(_script.Notes.Count(note => note.Text.StartsWith("watch: no figures")), Is.EqualTo(1));
        Assert.That(Policy.Seen(2), Is.Null);
    }

    [Test]
    public void A_pool_that_goes_on_knows_what_there_was()
    {
        _script.Play(Replaced).Play("answered 2 0 60 ->");
        var next = HandoverPolicy.Restore(_limits, Policy.Snapshot());
        next.Handle(new PolicyEvent.Answered(2, Policy.Seen(2)!.Plus(Policy.Seen(2)!)), PolicyScript.Start);
        Assert.That(next.Current?.Back, Does.StartWith("watch: 5xx 100 % (of 120 responses)"));
    }
}
