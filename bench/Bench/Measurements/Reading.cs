using System.Diagnostics;
using System.Globalization;
using System.Text;
using YamlDotNet.Core;
using Zerg.Bench.Report;
using Zerg.Configuration.Reading;
using Zerg.Stage;

namespace Zerg.Bench.Measurements;

/// <summary>How fast files of 5 MB are read, beside YamlDotNet's parser on the same text.</summary>
internal sealed class Reading : IMeasurement
{
    private const int Size = 5_000_000;

    public string Name => "reading";

    public async Task<Section> RunAsync(BenchContext context)
    {
        using var directory = new TemporaryDirectory();
        var foreign = string.Concat(Enumerable.Range(0, Size / 50).Select(n => string.Create(
            CultureInfo.InvariantCulture, $"    option_{n:000000}: some value, as long as most are\n")))[..Size];
        var galaxy = "galaxy:\n" + foreign[..(foreign.LastIndexOf('\n') + 1)];
        (string File, string Text)[] files =
        [
            ("zerg.yml", galaxy + "zerg:\n  http: :80\n"),
            ("uwsgi.yml", galaxy + "uwsgi:\n  http: :80\n"),
            ("uwsgi.ini", "[other]\n" + galaxy.Replace(": ", " = ", StringComparison.Ordinal)[8..] + "[uwsgi]\nhttp = :80\n"),
        ];

        BenchContext.Say("reading");
        var rounds = context.Quick ? 5 : 15;
        var yaml = await TimesAsync(rounds, () => Parse(files[0].Text));
        List<string[]> rows = [["YamlDotNet's parser alone", yaml.Text("0"), "1.00"]];
        List<Goal> goals = [];
        foreach (var (file, text) in files)
        {
            var path = Path.Combine(directory.Path, file);
            await File.WriteAllTextAsync(path, text, new UTF8Encoding(false), context.Cancel);
            var ours = await TimesAsync(rounds, () => Load(path));
            rows.Add([$"{file}, 5 MB", ours.Text("0"), $"{ours.Median / yaml.Median:0.00}"]);
            goals.Add(new Goal($"{file} in less time than YamlDotNet takes", $"{ours.Median / yaml.Median:0.00} of it", ours.Median < yaml.Median));
        }

        return new Section
        {
            Name = Name,
            Title = "Reading a configuration among 5 MB that are somebody else's",
            Columns = ["file", "ms", "of YamlDotNet's time"],
            Rows = rows,
            Goals = goals,
        };
    }

    private static Task<Series> TimesAsync(int rounds, Action read)
    {
        read();
        return Task.FromResult(new Series([.. Enumerable.Range(0, rounds).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            read();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        })]));
    }

    private static void Parse(string text)
    {
        var parser = new Parser(new StringReader(text));
        while (parser.MoveNext())
        {
        }
    }

    private static void Load(string path)
    {
        var loaded = ConfigurationSource.Load(CommandLineReader.Read([path]));
        if (loaded.HasErrors || loaded.Options.Count != 1)
            throw new StageException($"{path}: {string.Join("; ", loaded.Problems)}");
    }
}
