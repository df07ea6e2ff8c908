using System.CommandLine;

namespace Zerg.Soak;

internal sealed class CommandLine
{
    private readonly Option<int> _handOvers = Make("--hand-overs", "releases that take over", 500, least: 3);
    private readonly Option<int> _kills = Make("--kills", "SIGKILLs to the pool", 20);
    private readonly Option<int> _upgrades = Make("--upgrades", "times that the pool replaces itself", 20);
    private readonly Option<int> _reloads = Make("--reloads", "times that its configuration changes", 20);
    private readonly Option<int?> _seed = new("--seed") { Description = "for the same order once more" };
    private readonly Option<bool> _built =
        new("--built") { Description = "the pool as it was built, not the published one" };

    public CommandLine() => Root = new RootCommand(
        "Hands over, kills, upgrades and reloads a pool under load, and looks for losses and for growth.")
    {
        _handOvers, _kills, _upgrades, _reloads, _seed, _built,
    };

    public RootCommand Root { get; }

    public SoakOptions Read(ParseResult parsed) => new(
        parsed.GetValue(_handOvers), parsed.GetValue(_kills), parsed.GetValue(_upgrades), parsed.GetValue(_reloads),
        parsed.GetValue(_seed) ?? Random.Shared.Next(1_000_000), parsed.GetValue(_built));

    private static Option<int> Make(string name, string description, int value, int least = 0)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < least || result.GetValueOrDefault<int>() > 100_000)
                result.AddError($"{name}: expected {least} to 100000");
        });
        return option;
    }
}
