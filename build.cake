// ./build.sh TARGET [--configuration=Release] [--filter=EXPRESSION] [--settings=FILE] [--results=FILE] [--time=SECONDS]
//     [--seed=NUMBER]
var target = Argument("target", "build");
var configuration = Argument("configuration", "Release");
var filter = Argument("filter", "");
var time = Argument("time", 300);
var seed = Argument("seed", new Random().Next());
var solution = "ZergPool.slnx";
var artifacts = MakeAbsolute(Directory("artifacts"));
var settings = Argument("settings", "");
var results = Argument("results", $"{artifacts}/test/results.trx");

void Run(string program, params string[] arguments)
{
    var builder = new ProcessArgumentBuilder();
    foreach (var argument in arguments)
        builder.AppendQuoted(argument);
    var exit = StartProcess(program, new ProcessSettings { Arguments = builder });
    if (exit != 0)
        throw new CakeException($"{program} {arguments[0]} ended with {exit}");
}

Task("clean")
    .Description("Removes everything that was built.")
    .Does(() => CleanDirectory(artifacts));

Task("build")
    .Description("Builds everything; warnings are errors.")
    .Does(() => DotNetBuild(solution, new DotNetBuildSettings
    {
        Configuration = configuration,
        Verbosity = DotNetVerbosity.Minimal,
        NoLogo = true,
    }));

Task("test")
    .Description("Runs every test, against real processes and peers; --filter=EXPRESSION or --settings=FILE picks some.")
    .IsDependentOn("build")
    .Does(() => DotNetTest("tests/Zerg.Tests", new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        NoLogo = true,
        Filter = filter,
        Settings = settings == "" ? null : settings,
        Loggers = new[] { "console;verbosity=normal", $"trx;LogFileName={results}" },
    }));

Task("demo")
    .Description("A pool, an app, releases rolled out under load, shown live; exits 1 when a request is lost.")
    .IsDependentOn("build")
    .Does(() => Run("dotnet", $"{artifacts}/bin/Demo/{configuration.ToLowerInvariant()}/zergdemo.dll"));

Task("bench")
    .Description("Ratios against the alternatives, measured in one run.")
    .IsDependentOn("publish")
    .IsDependentOn("build")
    .Does(() => Run("dotnet", $"{artifacts}/bin/Bench/{configuration.ToLowerInvariant()}/zergbench.dll"));

Task("soak")
    .Description("Hand-overs, kills, upgrades and reloads in random order under load; exits 1 at a loss or at growth.")
    .IsDependentOn("publish")
    .IsDependentOn("build")
    .Does(() => Run("dotnet", $"{artifacts}/bin/Soak/{configuration.ToLowerInvariant()}/zergsoak.dll"));

Task("fuzz")
    .Description("Random input to every parser for --time=SECONDS, and to running programs for a tenth of it.")
    .IsDependentOn("build")
    .Does(() =>
    {
        // The copy counts the branches that inputs take; what was built does not.
        var built = $"{artifacts}/bin/Fuzz/{configuration.ToLowerInvariant()}";
        CleanDirectory($"{artifacts}/fuzz");
        CopyDirectory(built, $"{artifacts}/fuzz");
        Run("dotnet", $"{built}/zergfuzz.dll", "--instrument", $"{artifacts}/fuzz");
        Run(
            "dotnet", $"{artifacts}/fuzz/zergfuzz.dll", "--time", $"{time}", "--seed", $"{seed}",
            "--findings", $"{artifacts}/findings");
        DotNetTest("tests/Zerg.Tests", new DotNetTestSettings
        {
            Configuration = configuration,
            NoBuild = true,
            NoLogo = true,
            Filter = "FullyQualifiedName~UnderAttack",
            Loggers = new[] { "console;verbosity=normal" },
            EnvironmentVariables =
            {
                ["ZERG_FUZZ_SECONDS"] = $"{Math.Max(2, time / 10)}",
                ["ZERG_FUZZ_SEED"] = $"{seed}",
            },
        });
    });

Task("format")
    .Description("Checks the formatting; `dotnet format` mends it.")
    .IsDependentOn("build")
    .Does(() => Run("dotnet", "format", solution, "--verify-no-changes", "--no-restore"));

Task("publish")
    .Description("Both programs as Native AOT with their manual pages, in artifacts/zerg.")
    .Does(() =>
    {
        foreach (var program in new[] { "ZergPool", "Zergling" })
        {
            DotNetPublish($"src/{program}", new DotNetPublishSettings
            {
                Configuration = "Release",
                OutputDirectory = $"{artifacts}/zerg",
                NoLogo = true,
                MSBuildSettings = new DotNetMSBuildSettings()
                    .WithProperty("PublishAot", "true")
                    .WithProperty("UseCurrentRuntimeIdentifier", "true")

                    // A folder of its own in artifacts/bin and obj: what `build` made there stays.
                    .WithProperty("ArtifactsPivots", "native"),
            });
        }

        DeleteFiles($"{artifacts}/zerg/*.xml");
        CopyDirectory("docs/man", $"{artifacts}/zerg/man");
    });

Task("pack")
    .Description("The NuGet packages, in artifacts/package/release.")
    .Does(() => DotNetPack(solution, new DotNetPackSettings { Configuration = "Release", NoLogo = true }));

RunTarget(target);
