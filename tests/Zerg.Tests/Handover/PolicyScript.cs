using System.Globalization;
using ZergPool.Handover;

namespace Zerg.Tests.Handover;

/// <summary>
/// Plays lines of <c>event -> orders | states</c> to a policy. What stands behind the arrow is expected, notes aside;
/// a line without <c>|</c> does not look at the states.
/// </summary>
internal sealed class PolicyScript(PolicyLimits? limits = null)
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private DateTimeOffset _now = Start;

    public HandoverPolicy Policy { get; } = new(limits ?? new PolicyLimits());

    /// <summary>Whether an order to accept is shown with its generation.</summary>
    public bool ShowsGenerations { get; init; }

    /// <summary>The notes of the last event.</summary>
    public IReadOnlyList<PolicyOrder.Note> Notes { get; private set; } = [];

    public PolicyScript Play(string script)
    {
        foreach (var line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            PlayLine(line);
        return this;
    }

    private void PlayLine(string line)
    {
        var parts = line.Split("->", StringSplitOptions.TrimEntries);
        var orders = Handle(parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var expected = parts.Length == 1 ? [] : parts[1].Split('|', StringSplitOptions.TrimEntries);
        Assert.That(orders, Is.EqualTo(expected.Length == 0 ? "" : expected[0]), $"orders of: {line}");
        if (expected.Length == 2)
            Assert.That(States(), Is.EqualTo(expected[1]), $"states after: {line}");
    }

    private string Handle(string[] words)
    {
        if (words[0] == "wait")
        {
            _now += TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture));
            words = ["tick"];
        }

        var orders = Policy.Handle(Event(words), _now);
        Notes = [.. orders.OfType<PolicyOrder.Note>()];
        return string.Join(", ", orders.Where(order => order
            is not (PolicyOrder.Note or PolicyOrder.Ready or PolicyOrder.Drained or PolicyOrder.Over)).Select(Text));
    }

    private PolicyEvent Event(string[] words)
    {
        var id = words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 0;
        return words[0] switch
        {
            "app" => Attached(id, MemberKind.App, words),
            "launcher" => Attached(id, MemberKind.Launcher, words),
            "uwsgi" => new PolicyEvent.Attached(new Member(id, MemberKind.Uwsgi, "", ZergMode.Join, _now)
            {
                Obeys = !words.Contains("deaf"),
            }),
            "back" => Returned(id, words),
            "ready" => new PolicyEvent.BecameReady(id),
            "failed" => new PolicyEvent.HasFailed(id, "it broke", ["last words"]),
            "starting" => new PolicyEvent.Reported(id, ZerglingState.Starting),
            "accepting" => new PolicyEvent.Reported(id, ZerglingState.Accepting),
            "paused" => new PolicyEvent.Reported(id, ZerglingState.Paused),
            "draining" => new PolicyEvent.Reported(id, ZerglingState.Draining),
            "left" => new PolicyEvent.Left(id, "it ended"),
            "orphaned" => new PolicyEvent.Orphaned(id),
            "obscured" => new PolicyEvent.Obscured(id),
            "deaf" => new PolicyEvent.Deaf(id),
            "pause!" => new PolicyEvent.PauseAsked(id),
            "resume!" => new PolicyEvent.ResumeAsked(id),
            "drain!" => new PolicyEvent.DrainAsked(id, "asked"),
            "stop!" => new PolicyEvent.StopAsked(id, "asked"),
            "rollback!" => new PolicyEvent.RollbackAsked("asked"),
            "answered" => new PolicyEvent.Answered(id, Answers(words[2], words[3])),
            "crashed" => new PolicyEvent.Crashed(id),
            "workers" => Workers(id, words),
            "workers?" => Workers(id, words, int.Parse(words[4], CultureInfo.InvariantCulture)),
            "tick" => new PolicyEvent.Tick(),
            _ => throw new ArgumentException($"no event '{words[0]}'"),
        };
    }

    // KIND ID RELEASE [MODE] [xWORKERS]
    private PolicyEvent.Attached Attached(int id, MemberKind kind, string[] words)
    {
        var size = words[^1][0] == 'x' ? int.Parse(words[^1][1..], CultureInfo.InvariantCulture) : 0;
        var mode = words.Length > 3 && words[3][0] != 'x' ? Enum.Parse<ZergMode>(words[3], true) : ZergMode.Auto;
        var member = new Member(id, kind, words[2], mode, _now) { Size = size };
        return new(size == 0 ? member : member with { Target = Policy.Begin(member) });
    }

    // workers ID READY RUNNING, of a launcher that has obeyed its last order; workers? ID READY RUNNING TARGET of another
    private PolicyEvent.Reported Workers(int id, string[] words, int? target = null)
    {
        var ready = int.Parse(words[2], CultureInfo.InvariantCulture);
        return new(id, ready > 0 ? ZerglingState.Accepting : ZerglingState.Starting)
        {
            Target = target ?? Policy.Members[id].Target,
            Ready = ready,
            Running = int.Parse(words[3], CultureInfo.InvariantCulture),
        };
    }

    // Good ones and errors, all of them within a second.
    private static ZergResponses Answers(string good, string bad)
    {
        var (fine, errors) = (long.Parse(good, CultureInfo.InvariantCulture), long.Parse(bad, CultureInfo.InvariantCulture));
        return new ZergResponses(
            [0, fine, 0, 0, errors], [.. ZergResponses.Bounds.Select(bound => bound == 1 ? fine + errors : 0)], fine + errors);
    }

    // back ID RELEASE STATE GENERATION [launcher]
    private PolicyEvent.Attached Returned(int id, string[] words) => new(
        new Member(
            id, words.Contains("launcher") ? MemberKind.Launcher : MemberKind.App, words[2],
            words.Contains("standby") ? ZergMode.Standby : ZergMode.Auto, _now)
        {
            State = Enum.Parse<MemberState>(words[3], true),
            Generation = int.Parse(words[4], CultureInfo.InvariantCulture),
            Accepts = words.Contains("accepts"),
            Size = words[^1][0] == 'x' ? int.Parse(words[^1][1..], CultureInfo.InvariantCulture) : 0,
        });

    private string Text(PolicyOrder order) => order switch
    {
        PolicyOrder.Resume one => $"resume {one.Id}" + (ShowsGenerations ? $" g{one.Generation}" : ""),
        PolicyOrder.Pause one => $"pause {one.Id}",
        PolicyOrder.PutAside one => $"put aside {one.Id}",
        PolicyOrder.StartAgain one => $"start {one.Release} again",
        PolicyOrder.Drain one => $"drain {one.Id}",
        PolicyOrder.Stop one => $"stop {one.Id} with {one.ExitCode}",
        PolicyOrder.Scale one => $"scale {one.Id} to {one.Workers}",
        PolicyOrder.Dismiss one => $"dismiss {one.Id}",
        _ => $"{order}",
    };

    private string States() => string.Join(", ", Policy.Members.Values.Select(member =>
        $"{member.Id} {member.State.ToString().ToLowerInvariant()}"
        + (member.Generation > 0 ? $" g{member.Generation}" : "")));
}
