namespace Zerg.Fuzz;

internal static class Program
{
    // A target that does not come back; the parsers have a second.
    private static readonly TimeSpan s_hangs = TimeSpan.FromSeconds(30);

    public static int Main(string[] args)
    {
        var commandLine = new CommandLine();
        var parsed = commandLine.Root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine($"zergfuzz: {parsed.Errors[0].Message}");
            return ExitCodes.Usage;
        }

        commandLine.Root.SetAction(result =>
        {
            if (result.GetValue(commandLine.Instrument) is { } folder)
            {
                Coverage.Instrument(folder);
                return ExitCodes.Ok;
            }

            var only = result.GetValue(commandLine.Only);
            if (result.GetValue(commandLine.Replay) is { } file)
                return Replay(only, file);
            var seed = result.GetValue(commandLine.Seed) ?? Random.Shared.Next();
            if (result.GetValue(commandLine.Attack) is { } path)
                return Attack(only ?? "frames", path, seed, TimeSpan.FromSeconds(result.GetValue(commandLine.Time)));
            var names = only is null ? FuzzTargets.Names : [only];
            var time = TimeSpan.FromSeconds(result.GetValue(commandLine.Time)) / names.Count;
            var findings = Directory.CreateDirectory(result.GetValue(commandLine.Findings)!).FullName;
            return names.Sum(name => Run(name, seed, time, findings)) == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return parsed.Invoke();
    }

    private static int Replay(string? only, string file)
    {
        if (only is null)
        {
            Console.Error.WriteLine("zergfuzz: --replay needs --only with the name of its target");
            return ExitCodes.Usage;
        }

        using var target = FuzzTargets.Create(only);
        var finding = Trial.Run(target, File.ReadAllBytes(file), twice: true);
        Console.WriteLine(finding is null ? $"{only}: nothing is wrong with {file}" : finding.Complaint);
        return finding is null ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static int Attack(string only, string path, int seed, TimeSpan time)
    {
        using var target = FuzzTargets.Create(only);
        using var attacker = new Attacker(target, path, seed);
        Console.WriteLine($"{only}: {attacker.RunAsync(time).GetAwaiter().GetResult()} sent to {path}  seed {seed}");
        return ExitCodes.Ok;
    }

    private static int Run(string name, int seed, TimeSpan time, string findings)
    {
        var coverage = new Coverage();
        using var target = FuzzTargets.Create(name);
        var loop = new FuzzLoop(target, seed, coverage);
        var found = 0;

        // Left behind when the process dies of an input, or is ended because of one.
        var last = Path.Combine(findings, $"{name}.last");
        using var record = File.OpenHandle(last, FileMode.Create, FileAccess.Write);
        using var watch = new Timer(_ => Hangs(name, last));
        loop.Run(
            time,
            input =>
            {
                RandomAccess.SetLength(record, input.Length);
                RandomAccess.Write(record, input, 0);
                watch.Change(s_hangs, Timeout.InfiniteTimeSpan);
            },
            finding => Write(finding, Path.Combine(findings, $"{name}-{seed}-{++found}")));
        File.Delete(last);
        Console.WriteLine(
            $"{name,-12} {loop.Inputs,10} inputs  {loop.Corpus,6} kept  {coverage.Branches,6} branches  "
            + $"{found} found  seed {seed}");
        return found;
    }

    private static void Write(Finding finding, string file)
    {
        File.WriteAllBytes(file, finding.Input);
        Console.WriteLine($"{finding.Target}: {file}: {finding.Complaint}");
    }

    private static void Hangs(string name, string file)
    {
        Console.WriteLine($"{name}: {file}: is still at it after {s_hangs.TotalSeconds} s");
        Environment.Exit(ExitCodes.Failed);
    }
}
