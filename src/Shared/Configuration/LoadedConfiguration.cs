namespace Zerg.Configuration;

/// <summary>Everything that the sources said, before a program makes values of it.</summary>
/// <param name="Options">The options of all sources in their order.</param>
/// <param name="File">The first file, or null when there is none.</param>
/// <param name="Problems">What is wrong with the sources themselves.</param>
/// <param name="Ignored">The options among them that neither program reads.</param>
internal sealed record LoadedConfiguration(
    OptionList Options, string? File, IReadOnlyList<Problem> Problems, IReadOnlyList<IgnoredOption> Ignored)
{
    /// <summary>Option <c>strict</c>: a warning is an error.</summary>
    public bool IsStrict => IsStrictList(Options);

    public bool HasErrors => Problems.Any(problem => problem.Severity == Severity.Error);

    public static bool IsStrictList(OptionList options) =>
        options.Last("strict") is { IsItem: false } strict && Values.Boolean(strict.Value) is { Ok: true, Value: true };

    public LoadedConfiguration WithWarningsAsErrors() =>
        this with { Problems = [.. Problems.Select(AsError)] };

    /// <summary>A warning as the error that <c>strict</c> makes of it.</summary>
    public static Problem AsError(Problem problem) => problem.Severity == Severity.Error
        ? problem
        : problem with { Severity = Severity.Error, Message = problem.Message + "; 'strict' makes this an error" };
}
