using System.Text;

namespace Zerg.Fuzz;

/// <summary>A parser that faces a peer or a file, and what must hold whatever it is given.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>Its name, and that of the folder of its findings.</summary>
    public abstract string Name { get; }

    /// <summary>Words of its grammar.</summary>
    public virtual IReadOnlyList<string> Tokens => [];

    /// <summary>What one input may allocate: a constant, and so much for each of its bytes.</summary>
    public virtual (long Fixed, long PerByte) Allowance => (64 * 1024, 64);

    /// <summary>Inputs to begin with: its own, and what lies in its folder.</summary>
    public IReadOnlyList<byte[]> Seeds()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Findings", Name);
        string[] kept = Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        return [.. kept.Order(StringComparer.Ordinal).Select(File.ReadAllBytes), .. OwnSeeds()];
    }

    /// <summary>
    /// Gives it one input. What it throws is a finding; what it returns must be the same for the same input.
    /// </summary>
    public abstract string Run(byte[] input);

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Inputs that it makes itself.</summary>
    protected virtual IEnumerable<byte[]> OwnSeeds() => [];

    /// <summary>The text of an input as every reader of ours sees it.</summary>
    protected static string Text(byte[] input) => Encoding.UTF8.GetString(input);

    /// <summary>Throws a finding unless a message is one line of a bearable length.</summary>
    protected static void MustBeLine(string message)
        => Must(message.Length is > 0 and <= 1200 && !message.Any(OneLine.Breaks), $"is no line\n{message}");

    /// <summary>Throws a finding unless something holds.</summary>
    protected static void Must(bool holds, string what)
    {
        if (!holds)
            throw new FindingException(what);
    }
}
