using Microsoft.Extensions.Time.Testing;
using ZergPool.Following;

namespace Zerg.Tests.Following;

/// <summary>The steps that somebody who deploys is shown.</summary>
internal sealed class StepsTests
{
    private readonly FakeTimeProvider _time = new();

    [TestCase("queued", "attach:Now")]
    [TestCase("starting 1 checking 1 switching 1 draining 1 done 1",
        "start:Done:1 check:Done:1 hand-over:Done:1 drain:Done:1 attach:Done bake:None")]
    [TestCase("starting starting 1 done 1", "attach:Done:1 start:Done:1 check:None hand-over:Done bake:None drain:None")]
    [TestCase("starting starting 1 failed 1", "attach:Done:1 start:Failed:0 check:Ahead")]
    [TestCase("starting failed 1", "attach:Done start:Failed check:Ahead")]
    [TestCase("failed", "attach:Failed:0 start:Ahead")]
    [TestCase("waiting", "attach:Now start:Ahead")]
    [TestCase("waiting 1", "attach:Done start:Done check:None hand-over:Now")]
    [TestCase("switching 1 starting 1", "hand-over:Now:1")]
    [TestCase("starting 1 nobody-knows 1", "start:Now:1")]
    public void They_follow_what_is_told(string told, string expected)
    {
        var steps = new Steps(_time);
        var words = told.Split(' ');
        for (var i = 0; i < words.Length; i++)
        {
            var stage = words[i];
            int? zergling = i + 1 < words.Length && words[i + 1] == "1" ? 1 : null;
            i += zergling ?? 0;
            steps.Tell(new Progress(stage, stage, zergling));
            if (i + 1 < words.Length && words[i + 1] != Progress.Failed)
                _time.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var one in expected.Split(' ').Select(text => text.Split(':')))
        {
            var step = steps.All.Single(step => step.Name == one[0]);
            Assert.That($"{step.State}", Is.EqualTo(one[1]), one[0]);
            if (one.Length > 2)
                Assert.That($"{step.Took?.TotalSeconds:0}", Is.EqualTo(one[2]), one[0]);
        }
    }

    [Test]
    public void What_can_be_gone_back_to_stays()
    {
        var steps = new Steps(_time);
        steps.Tell(new Progress(Progress.Done, "it serves", 1) { Spare = "release 'r0' can be gone back to" });
        Assert.That(steps.All[4], Is.EqualTo(new Step("bake", StepState.Now) { Text = "release 'r0' can be gone back to" }));
        Assert.That(steps.All[5].State, Is.EqualTo(StepState.None));
    }

    [Test]
    public void Going_back_while_others_drain_fails_the_bake()
    {
        var steps = new Steps(_time);
        steps.Tell(new Progress("draining", "it serves", 1) { Spare = "release 'r0' can be gone back to" });
        steps.Tell(new Progress(Progress.Failed, "went back", 1));
        Assert.That(steps.All.Skip(3).Select(step => step.State),
            Is.EqualTo(new[] { StepState.Done, StepState.Failed, StepState.Ahead }));
    }
}
