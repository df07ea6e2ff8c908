using System.CommandLine;

namespace Zerg.Demo;

internal sealed class CommandLine
{
    private readonly Option<int> _handOvers = Make("--hand-overs", "releases that take over", 6);
    private readonly Option<double> _rate = Make("--rate", "requests a second of the paced load", 1500.0);
    private readonly Option<double> _seconds = Make("--seconds", "the time the releases are spread over", 20.0);
    private readonly Option<bool> _plain = new("--plain") { Description = "lines instead of the live display" };

    public CommandLine()
    {
        Root = new RootCommand("Rolls out releases behind a pool under load and counts what is lost.")
        {
            _handOvers, _rate, _seconds, _plain,
        };
        _handOvers.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
                result.AddError("--hand-overs: expected 1 to 1000");
        });
        _rate.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() is > 0 and <= 1_000_000))
                result.AddError("--rate: expected more than 0 and at most 1000000");
        });
        _seconds.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() is >= 0 and <= 86_400))
                result.AddError("--seconds: expected 0 to 86400");
        });
    }

    public RootCommand Root { get; }

    public DemoOptions Read(ParseResult parsed) => new(
        parsed.GetValue(_handOvers), parsed.GetValue(_rate), TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
        parsed.GetValue(_plain));

    private static Option<T> Make<T>(string name, string description, T value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
