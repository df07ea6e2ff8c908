using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Commands;
using ZergPool.Control;
using ZergPool.Handover;
using ZergPool.Journal;

namespace ZergPool;

/// <content>How hand-overs ended, in this pool's life and before it.</content>
internal sealed partial class Pool
{
    private const int MaxHistoryText = 512 * 1024;

    private string? _journalProblem;

    /// <summary>The files that keep it; null for none.</summary>
    public Journals? Journals { get; init; }

    private void TakeUpJournals()
    {
        foreach (var problem in Journals?.Problems ?? [])
            Log.NoJournal(_log, problem);
        foreach (var (pool, policy) in _policies)
        {
            var records = Written(pool, _options.MaxHistory).Select(Record).ToList();
            policy.Remember(records);

            // What follows a release by its number must not take one of then for it.
            _lastId = records.Select(record => record.To).Append(_lastId).Max();
        }
    }

    private void Write(ListenAddress pool, HandoverRecord record)
    {
        if (_options.JournalOf(pool) is not { } path || Journals is null)
            return;
        try
        {
            Journals.Append(path, Entry(pool, record), _options.JournalSize);
            _journalProblem = null;
        }
        catch (SyscallException problem)
        {
            // Until the reason is another: who reads the log knows it now.
            if (_journalProblem != problem.Message)
                Log.NoJournal(_log, problem.Message);
            _journalProblem = problem.Message;
        }
    }

    // What the files tell, and what this pool knows where they do not.
    private void TellHistory(PoolEvent.Commanded commanded)
    {
        var known = _policies.SelectMany(pool => pool.Value.History.Select(record => Entry(pool.Key, record)));
        var all = _policies.Keys.SelectMany(pool => Written(pool, HistoryCommand.MostEntries)).Concat(known)
            .DistinctBy(entry => (entry.Pool, entry.To, entry.Started))
            .OrderByDescending(entry => entry.Started.AddSeconds(entry.Seconds))
            .Take(Math.Clamp(commanded.Request.Limit ?? HistoryCommand.Entries, 1, HistoryCommand.MostEntries)).ToList();
        var room = MaxHistoryText;
        var told = all.TakeWhile(entry => (room -= Weight(entry)) >= 0)
            .Select(entry => _policies.Count == 1 ? entry with { Pool = null } : entry).ToList();
        commanded.Reply.SetResult(new ControlReply
        {
            History = told,
            Message = told.Count == all.Count ? "" : $"{all.Count - told.Count} older ones are too much to be told at once",
        });
    }

    private static int Weight(HistoryStatus entry)
        => 200 + entry.Release.Length + entry.Reason.Length + (8 * entry.From.Count) + entry.Output.Sum(line => line.Length + 4);

    private List<HistoryStatus> Written(ListenAddress pool, int most)
    {
        try
        {
            return _options.JournalOf(pool) is { } path && Journals is not null
                ? [.. Journals.Newest(path).Where(entry => entry.Pool == pool.ToString()).Take(most)] : [];
        }
        catch (SyscallException problem)
        {
            Log.NoJournal(_log, problem.Message);
            return [];
        }
    }

    private static HistoryStatus Entry(ListenAddress pool, HandoverRecord record) => new(
        record.To, record.Release, record.From, Text(record), record.Reason, record.Output, record.Started,
        Math.Round(record.Duration.TotalSeconds, 3), pool.ToString());

    private static HandoverRecord Record(HistoryStatus entry) => new(
        entry.To, entry.Release, entry.From,
        Enum.GetValues<HandoverOutcome>().FirstOrDefault(outcome => Text(outcome) == entry.Outcome, HandoverOutcome.Failed),
        entry.Reason, entry.Output, entry.Started, TimeSpan.FromSeconds(entry.Seconds))
    {
        IsForcedOut = entry.IsForcedOut,
    };

    private static string Text(HandoverRecord record)
        => record.IsForcedOut ? HistoryStatus.ForcedOut : Text(record.Outcome);
}
