namespace Zerg.Configuration;

/// <summary>Finds what a misspelt word was meant to be.</summary>
internal static class Spelling
{
    /// <summary>The nearest of the words, or null when none is near.</summary>
    public static string? Nearest(string word, IReadOnlyCollection<string> words)
    {
        // Longer than any word by more than the distance allowed: not worth the quadratic comparison.
        if (word.Length > 2 * words.Max(known => known.Length))
        {
            return null;
        }

        (string? Word, int Distance) best = (null, int.MaxValue);
        foreach (string known in words)
        {
            // As many letters as one is longer must be typed at least.
            int most = Math.Max(1, Math.Min(word.Length, known.Length) / 3);
            if (Math.Abs(word.Length - known.Length) <= most
                && EditDistance(word, known) is var distance && distance <= most && distance < best.Distance)
            {
                best = (known, distance);
            }
        }

        return best.Word;
    }

    // Two letters exchanged are one edit: the commonest slip of all (optimal string alignment).
    private static int EditDistance(string a, string b)
    {
        int width = b.Length + 1;
        Span<int> rows = stackalloc int[3 * width];
        for (int i = 0; i <= a.Length; i++)
        {
            Span<int> row = rows.Slice(i % 3 * width, width);
            Span<int> above = rows.Slice((i + 2) % 3 * width, width);
            Span<int> twoAbove = rows.Slice((i + 1) % 3 * width, width);
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    row[j] = i + j;
                    continue;
                }

                int replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], twoAbove[j - 2] + 1);
                }
            }
        }

        return rows[(a.Length % 3 * width) + b.Length];
    }
}
