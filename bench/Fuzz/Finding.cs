using System.Text.RegularExpressions;

namespace Zerg.Fuzz;

/// <summary>An input, and what is wrong with what was done with it.</summary>
internal sealed partial record Finding(string Target, byte[] Input, string Complaint)
{
    /// <summary>The same for two inputs that most likely show the same thing.</summary>
    public string Kind => Quoted().Replace(Complaint.Split('\n')[0], "")
        + Complaint.Split('\n').FirstOrDefault(line => line.Contains(" at Zerg", StringComparison.Ordinal));

    [GeneratedRegex("'.*'|[0-9]+", RegexOptions.Singleline)]
    private static partial Regex Quoted();
}
