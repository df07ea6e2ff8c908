using Zerg;
using Zerg.Posix;
using ZergPool.Control;
using ZergPool.Handover;
using ZergPool.Roster;

namespace ZergPool;

/// <content>What those that drain still wait for, and what was left of it when they were ended by force.</content>
internal sealed partial class Pool
{
    private const string MercyOver = "its mercy was over (worker-reload-mercy)";

    // Whoever follows a drain asks ten times a second; to look through all processes takes longer than to answer.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(1);

    // Those who force their connections begin a second before the mercy is over.
    private static readonly TimeSpan s_spread = TimeSpan.FromSeconds(2);

    // An app with the package tells it. Of others the kernel knows what their processes have accepted.
    private OpenConnections? Remains(Zergling zergling)
    {
        if (zergling.Open is { } told)
            return told;
        int[] processes = zergling.Workers.Count > 0 ? [.. zergling.Workers.Keys]
            : zergling.Process is { } process ? [process.Pid] : [];
        if (processes.Length == 0)
            return null;
        if (zergling.Seen is not { } seen || _time.GetElapsedTime(seen.At) >= s_lookAgain)
        {
            var targets = Passed(zergling.Pool).Select(socket => socket.Target);
            zergling.Seen = seen = (AcceptedConnections.Of(processes, targets), _time.GetTimestamp());
        }

        return seen.Open;
    }

    // Its own word, that there was no mercy any more.
    private void NoteForce(Zergling zergling)
    {
        if (zergling.Open is { Forced: true } && FindMember(zergling.Id) is { State: MemberState.Draining } member)
        {
            NoteForce(zergling, _time.GetUtcNow() - member.Since >= _options.Mercy - s_spread
                ? MercyOver : "it was told to leave at once");
        }
    }

    private void NoteForce(Zergling zergling, string reason)
    {
        if (zergling.IsForced)
            return;
        zergling.IsForced = true;
        var open = Remains(zergling);
        var why = $"{reason}; it still waited for {OpenText.Summary(open, [.. zergling.Workers.Keys])}";
        List<string> lines = [.. OpenText.Lines(open, _time.GetUtcNow())];
        Log.ForcedOut(_log, Describe(zergling), why, lines.Count == 0 ? "" : $": {string.Join(", ", lines)}");
        Apply(zergling.Pool, new PolicyEvent.ForcedOut(zergling.Id, why, lines));
    }
}
