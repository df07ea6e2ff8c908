using System.Diagnostics;
using System.Text;
using Zerg.Configuration;
using Zerg.Configuration.Reading;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Configuration;

/// <summary>Whatever stands in a file: no reader hangs or throws, and no line is lost without a word.</summary>
internal sealed class DialectPropertyTests
{
    private const int Rounds = 3_000;

    private const string Ini = "[uwsgi]\n; c\nsocket = :1\nif-env = HOME\nprocesses = %(n)\nendif =\nn = 2\n[x]\ny = 1\n"
        + "[uwsgi]\nset = a=b\nfor = 1 2\nenv = A%(_)=$(HOME)\nendfor =\nlisten = %(n + 1)\n";

    private const string UwsgiYaml = "g:\n  - x\nuwsgi:\n  socket: @x # c\n  http:\n    - :1\n    - ':2'\n  env: A=b: c\n"
        + "  a: |\n    text\n  b: 1\n  set: k=%(b)\n  if-env: HOME\n  c: \"2\"\n  endif:\nz:\n  y: 1\n";

    private const string Noise = "\0\t\r\n :-,[]{}#&*!|>'\"%@`?~\\/.=<uwsgi()$_;\uFEFF\u2028\ud800";

    [TestCase(Ini, 1), TestCase(UwsgiYaml, 2), CancelAfter(120_000)]
    public void Mutated_text_gives_options_or_problems_and_never_hangs(string seed, int number)
    {
        var random = new Random(number);
        for (int i = 0; i < Rounds; i++)
        {
            string text = Mutated(seed, random);
            long start = Stopwatch.GetTimestamp();
            OptionCollector read = Read(text, seed == Ini);
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(5)), text);
            Assert.That(Yaml.Lines(read.Problems), Has.None.Contains("\n"), text);
            Assert.That(
                () => (PoolOptions.From(read.Options, Yaml.File, Hosts.User), ZerglingOptions.From(read.Options, Yaml.File, Hosts.User)),
                Throws.Nothing, text);
        }
    }

    [Test]
    public void Every_line_of_an_INI_section_is_an_option_or_a_problem()
    {
        var random = new Random(3);
        string[] parts = ["a = 1", "b", "= x", "socket = :1", " c =", "# c", "; d", "", "x = y = z", "[", "\u00a0= 1", "e\t=\t2"];
        for (int i = 0; i < Rounds; i++)
        {
            string[] lines = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)])];
            OptionCollector read = Read("[uwsgi]\n" + string.Join('\n', lines), isIni: true);
            Accounted(lines, 2, read, line => line.Length == 0 || line[0] is '#' or ';' or '[');
        }
    }

    [Test]
    public void Every_line_of_a_YAML_section_is_an_option_or_a_problem()
    {
        var random = new Random(4);
        string[] parts =
        [
            "a: 1", "socket: @x", "- b: 2", "word", "c:d", ": x", "e: [1, 2]", "f: 'q'", "# c", "", "%", "{g: 1}", "h: \"", "- i",
        ];
        for (int i = 0; i < Rounds; i++)
        {
            string[] lines = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)])];
            OptionCollector read = Read("uwsgi:\n" + string.Concat(lines.Select(line => $"  {line}\n")), isIni: false);
            Accounted(lines, 2, read, line => line.Length == 0 || line[0] == '#');
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task The_real_uWSGI_agrees_on_blocks_and_placeholders(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("file.txt", "content\nline2\n");
        directory.Write("one.txt", "content\n");
        directory.Write("b.ini", "[uwsgi]\nfromb = %n %N %(foo)\n");
        string path = directory.Write("a.ini", $"""
            [uwsgi]
            mydir = {directory.Path}
            foo = 10
            if-exists = {directory.Path}/file.txt
            there = %(_) and %(foo)
            endif =
            if-env = HOME
            home = %(_)
            endif =
            if-not-exists = /nowhere
            absent = %(_)
            endif
            if-dir = /tmp
            tmp = %(_)
            end =
            if-file = /tmp
            never = 1
            end-if =
            for = a b  c
            each = %(_)-%(foo)
            two = %(_)
            endfor =
            for-times = 3
            t = %(_)
            end-for
            for-glob = {directory.Path}/*.ini
            glob = %(_)
            endfor =
            for-readline = {directory.Path}/file.txt
            line = %(_)
            endfor =
            if-opt = foo=10
            ten = yes
            endif
            letters = %v %o %p %s %n %e %d %c %i %j %0 %1 %9 %h %k %u %U %g %G %% %q|
            first = %O %D %S %P %C %E %N %I %J
            k%n = 1
            sum = %(foo + 5) %(foo - 3) %(foo * foo) %(foo / 0) %(foo ++) %(foo --) %(3 + 4)
            joined = %(mydir)%(foo) %(foo foo) %( foo ) %(foo lit) %(foo +)
            unknown = %(nosuch)/x $(ZERG_NO_SUCH) %()
            content = a@({directory.Path}/one.txt)b
            home2 = $(HOME)/x
            set = k1=v1 %(foo)
            set-placeholder = k2=v2
            used = %(k1) %(k2)
            ini = {directory.Path}/b.ini
            declare-option = mine=alpha=$1;beta=$2
            mine = one two
            flag
            empty =
            processes = 4 ; note
            foo = 11

            """);
        string[] notListed =
        [
            "ini", "show-config", "if-exists", "if-env", "if-not-exists", "if-dir", "if-file", "if-opt", "for", "for-times",
            "for-glob", "for-readline", "endif", "end", "end-if", "endfor", "end-for", "set", "set-placeholder",
            "declare-option", "mine", "alpha", "beta", "processes",
        ];
        await UwsgiOracle.AgreesAsync(path, notListed, cancel);
    }

    private static void Accounted(string[] lines, int first, OptionCollector read, Func<string, bool> isIdle)
    {
        var told = read.Options.Select(option => option.Position.Line)
            .Concat(read.Problems.Select(problem => problem.Position.Line)).ToHashSet();
        for (int i = 0; i < lines.Length; i++)
        {
            if (!isIdle(lines[i].Trim()) && !told.Contains(first + i) && !lines.Take(i).Any(line => line.TrimStart().StartsWith('[')))
            {
                Assert.Fail($"line {first + i} is lost:\n{string.Join('\n', lines)}");
            }
        }
    }

    private static OptionCollector Read(string text, bool isIni)
    {
        var collector = new OptionCollector([]);
        if (isIni)
        {
            new IniReader(text, Yaml.File, collector).Read(null);
        }
        else if (new YamlFile(text) is var file && file.Has("uwsgi"))
        {
            UwsgiYamlReader.Read(text, Yaml.File, file, "uwsgi", isAsked: false, collector);
        }

        collector.EndOfSource();
        new Placeholders(collector).FillAll();
        return collector;
    }

    private static string Mutated(string seed, Random random)
    {
        var text = new StringBuilder(seed);
        for (int n = random.Next(1, 12); n > 0; n--)
        {
            int at = random.Next(text.Length);
            int length = Math.Min(random.Next(1, 6), text.Length - at);
            _ = random.Next(3) switch
            {
                0 => text.Insert(at, Noise[random.Next(Noise.Length)]),
                1 => text.Remove(at, length),
                _ => text.Insert(random.Next(text.Length), text.ToString(at, length)),
            };
        }

        return text.ToString();
    }
}
