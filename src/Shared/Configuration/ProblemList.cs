using System.Collections.ObjectModel;

namespace Zerg.Configuration;

/// <summary>What is wrong with the sources: the first of it, since a file of 16 MiB may be wrong in every line.</summary>
internal sealed class ProblemList : Collection<Problem>
{
    private const int Most = 1000;

    /// <summary>Adds several.</summary>
    public void AddRange(IEnumerable<Problem> problems)
    {
        foreach (Problem problem in problems)
        {
            Add(problem);
        }
    }

    /// <inheritdoc/>
    protected override void InsertItem(int index, Problem item)
    {
        if (Count < Most)
        {
            base.InsertItem(index, item);
        }
        else if (Count == Most)
        {
            base.InsertItem(index, Problem.Error(item.Position, null, $"there are more problems than these {Most}"));
        }
    }
}
