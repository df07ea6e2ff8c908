using Zerg.Configuration.Uwsgi;

namespace Zerg.Configuration.Reading;

/// <summary>Brings the sources together: the files first, then the command line, which therefore wins.</summary>
internal static class ConfigurationSource
{
    // Of a file that is none at all nobody wants to know what each of its words was meant to be.
    private const int MaxHints = 100;

    /// <summary>Reads the files among the arguments of a command line, and its options.</summary>
    public static LoadedConfiguration Load(CommandLineOptions commandLine)
    {
        ProblemList problems = [];
        var collector = new OptionCollector(problems);
        foreach (string file in commandLine.Arguments)
        {
            collector.Include(file, null, SourcePosition.Whole(null));
        }

        // As it names files itself, its place among the problems is before what they are found to be.
        problems.AddRange(commandLine.Problems);
        commandLine.Options.ForEach(option => Take(option, collector));
        collector.EndOfSource();

        var placeholders = new Placeholders(collector);
        placeholders.FillAll();
        OptionList options = collector.Options;
        options.ReplaceEach(LooseValues.Settle);
        var ignored = new List<IgnoredOption>();
        foreach (Option option in options.Where(option => Vocabulary.Find(option.Name) is null))
        {
            bool isVariable = collector.Variables.Contains(option.Name) || placeholders.Used.Contains(option.Name);
            ignored.Add(Judge(option, isVariable, problems));
        }

        var configuration = new LoadedConfiguration(options, collector.FirstFile, problems, ignored);
        return configuration.IsStrict ? configuration.WithWarningsAsErrors() : configuration;
    }

    // What follows -- is the command's own, and nobody's placeholder or block.
    private static void Take(Option option, OptionCollector collector)
    {
        if (option.IsLoose)
        {
            collector.Add(option);
        }
        else
        {
            collector.Append(option);
        }
    }

    private static IgnoredOption Judge(Option option, bool isVariable, ProblemList problems)
    {
        if (isVariable)
        {
            return new IgnoredOption(option, Verdict.Variable, "a variable of the configuration");
        }

        if (KnownOptions.Find(option) is { } known)
        {
            if (known.Verdict == Verdict.NotSupported)
            {
                problems.Add(Problem.Warning(option.Position, option.Name, $"not supported yet, ignoring: {known.Note}"));
            }

            return new IgnoredOption(option, known.Verdict, known.Note);
        }

        if (UwsgiOptions.Find(option.Name) is not null)
        {
            const string OfUwsgi = "an option of uWSGI without a counterpart here";
            problems.Add(Problem.Warning(option.Position, option.Name, $"not supported, ignoring: {OfUwsgi}"));
            return new IgnoredOption(option, Verdict.NotSupported, OfUwsgi);
        }

        string hint = problems.Count < MaxHints && Vocabulary.Nearest(option.Name) is { } nearest
            ? $", did you mean '{nearest}'?"
            : "";
        problems.Add(option.Position.IsCommandLine
            ? Problem.Error(option.Position, option.Name, $"unknown option{hint}")
            : Problem.Warning(option.Position, option.Name, $"unknown option{hint}{(hint.Length > 0 ? " Ignoring" : ", ignoring")}"));
        return new IgnoredOption(option, Verdict.Unknown, "unknown");
    }
}
