using System.Diagnostics;
using System.Text;
using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace Zerg.Tests.Configuration;

internal sealed class StrictYamlReaderTests
{
    [TestCase("zerg:\n  a: 1\n  b: [x, ' y ']\n")]
    [TestCase("\uFEFFzerg:\n  a: 1\n  b: [x, ' y ']\n")]
    [TestCase("zerg:\r\n  a: 1\r\n  b: [x, ' y ']\r\n")]
    [TestCase("zerg:\n  a: 1 # note\n  b: [x, ' y ']")]
    [TestCase("zerg:\n  a:\t1\n  b: [x, ' y ']")]
    [TestCase("zerg:\n  a: 1\n  b: [x, ' y ']\n...\n")]
    [TestCase("zerg:\n  a: 1\n  b: [x, ' y ']\ngalaxy: &x {a: [*x, !t {b: c}], a: [[1]]}\n? [k]\n: v\n")]
    public void The_section_becomes_an_ordered_list(string text)
    {
        (OptionList options, IReadOnlyList<Problem> problems) = Yaml.Read(text);

        Assert.That(problems, Is.Empty);
        Assert.That(options, Is.EqualTo(new[]
        {
            new Option("a", "1", new(Yaml.File, 2, 6)),
            new Option("b", "x", new(Yaml.File, 3, 7)) { IsItem = true },
            new Option("b", " y ", new(Yaml.File, 3, 10)) { IsItem = true },
        }));
    }

    [Test]
    public void A_leading_marker_and_comments_move_the_lines() =>
        Assert.That(
            Yaml.Read("# first\n---\nzerg:\n\n  a: 1\n").Options.Single().Position,
            Is.EqualTo(new SourcePosition(Yaml.File, 5, 6)));

    [TestCase("a:")]
    [TestCase("a: ~")]
    [TestCase("a: null")]
    public void A_missing_value_is_empty_and_stands_where_its_name_does(string line) =>
        Assert.That(Yaml.Section(line), Is.EqualTo(new[] { new Option("a", "", new(Yaml.File, 2, 3)) }));

    [Test]
    public void The_environment_may_be_a_mapping() =>
        Assert.That(Yaml.Section("env:", "  A: 1", "  B: x=y", "  C:"), Is.EqualTo(new[]
        {
            new Option("env", "A=1", new(Yaml.File, 3, 5)) { IsItem = true },
            new Option("env", "B=x=y", new(Yaml.File, 4, 5)) { IsItem = true },
            new Option("env", "C=", new(Yaml.File, 5, 5)) { IsItem = true },
        }));

    [TestCase("zerg:\n")]
    [TestCase("zerg: ~\n")]
    [TestCase("zerg: {}\n")]
    public void A_section_may_be_empty(string text)
    {
        (OptionList options, IReadOnlyList<Problem> problems) = Yaml.Read(text);

        Assert.That(problems, Is.Empty);
        Assert.That(options, Is.Empty);
    }

    [TestCase("", "t.yml: has no section 'zerg:' or 'uwsgi:'")]
    [TestCase("uwsgi:\n  a: 1\n", "t.yml: has no section 'zerg:' or 'uwsgi:'")]
    [TestCase("- a\n", "t.yml:1:1: expected sections as 'name:' with their options below",
        "t.yml: has no section 'zerg:' or 'uwsgi:'")]
    [TestCase("zerg: 5\n", "t.yml:1:7: the section 'zerg' is no list of 'option: value' lines")]
    [TestCase("zerg:\n  - a\n", "t.yml:2:3: the section 'zerg' is no list of 'option: value' lines")]
    [TestCase("zerg:\n  a: 1\nzerg:\n  a: 2\n", "t.yml:3:1: the section 'zerg' is repeated")]
    [TestCase("zerg:\n  a: 1\n---\nb: 1\n", "t.yml:3:1: a second document begins here, expected one")]
    [TestCase("zerg: *x\n", "t.yml:1:7: the section 'zerg' is no list of 'option: value' lines")]
    [TestCase("zerg: &x\n  a: 1\n", "t.yml:1:7: has an anchor of YAML, quote a value that begins with &")]
    public void A_file_that_is_no_configuration_is_refused(string text, params string[] expected) =>
        Assert.That(Yaml.Lines(Yaml.Read(text).Problems), Is.EqualTo(expected));

    [TestCase("a: *b", "t.yml:2:6: a: '*b' is an alias of YAML, quote a value that begins with *")]
    [TestCase("socket: *:80", "t.yml:2:11: socket: '*:80' is an alias of YAML, quote a value that begins with *")]
    [TestCase("a: &b c", "t.yml:2:6: a: has an anchor of YAML, quote a value that begins with &")]
    [TestCase("a: !b c", "t.yml:2:6: a: has a tag of YAML, quote a value that begins with !")]
    [TestCase("a: !!str c", "t.yml:2:6: a: has a tag of YAML, quote a value that begins with !")]
    [TestCase("&k a: c", "t.yml:2:3: has an anchor of YAML, quote a value that begins with &")]
    [TestCase("<<: *b", "t.yml:2:7: <<: '*b' is an alias of YAML, quote a value that begins with *")]
    [TestCase("a: [b, *c]", "t.yml:2:10: a: '*c' is an alias of YAML, quote a value that begins with *")]
    [TestCase("a: [b, [c]]", "t.yml:2:10: a: takes a list of plain values, not one inside another")]
    [TestCase("a: [b, {c: d}]", "t.yml:2:10: a: takes a list of plain values, not one inside another")]
    [TestCase("a: {b: c}", "t.yml:2:6: a: takes no 'name: value' pairs")]
    [TestCase("env: {b: [c]}", "t.yml:2:12: env: the value of 'b' is no plain text")]
    [TestCase("env: {b: 1, b: 2}", "t.yml:2:15: env: is repeated, first at line 2")]
    [TestCase("'': 1", "t.yml:2:3: expected a name before ':'")]
    [TestCase("[a]: 1", "t.yml:2:3: expected a name before ':'")]
    [TestCase("uid: 1\n  uid: 2", "t.yml:3:3: uid: is repeated, first at line 2")]
    [TestCase("socket: :1\n  socket: :2", "t.yml:3:3: socket: is repeated, first at line 2, give one list instead")]
    public void What_YAML_can_do_beyond_options_is_refused(string lines, string expected)
    {
        (OptionList options, IReadOnlyList<Problem> problems) = Yaml.Read(Yaml.Text(lines, "last: 1"));

        Assert.That(Yaml.Lines(problems), Is.EqualTo(new[] { expected }));
        Assert.That(options.Last("last")?.Value, Is.EqualTo("1"), "the rest is read all the same");
    }

    [TestCase("zerg:\n  socket: @x\n", "t.yml:2:11: no valid YAML: ", "a value that begins with @ must be quoted")]
    [TestCase("zerg:\n  a: `x`\n", "t.yml:2:6: no valid YAML: ", "a value that begins with ` must be quoted")]
    [TestCase("zerg:\n  a: 1\n\tb: 1\n", "t.yml:3:1: no valid YAML: ", "tab")]
    [TestCase("zerg:\n\ta: 1\n", "t.yml:2:1: no valid YAML: ", "tab")]
    [TestCase("zerg:\n  a: \"x\n", "t.yml:2:6: no valid YAML: ", "quoted scalar")]
    [TestCase("zerg:\n  a: [x\n", "t.yml:", "no valid YAML: ")]
    [TestCase("zerg:\n  env: {'x'\n  c: | y\n    z\n", "t.yml:2:8: no valid YAML: ", "not closed after here")]
    [TestCase("zerg:\n  socket: [::1]:80\n", "t.yml:2:17: no valid YAML: ", "begins with [ must be quoted")]
    [TestCase("zerg:\n  a: %b\n", "t.yml:2:6: no valid YAML: ", "begins with % must be quoted")]
    [TestCase("zerg:\n  a: b: c\n", "t.yml:2:7: no valid YAML: ", "")]
    public void A_syntax_error_has_its_place(string text, string start, string content)
    {
        string problem = Yaml.Lines(Yaml.Read(text).Problems).Single();

        Assert.That(problem, Does.StartWith(start));
        Assert.That(problem, Does.Contain(content));
    }

    [Test]
    public void Options_before_a_syntax_error_are_kept() =>
        Assert.That(Yaml.Read("zerg:\n  a: 1\n  b: @\n").Options.Last("a")?.Value, Is.EqualTo("1"));

    [Test]
    [CancelAfter(15_000)]
    public void Nesting_and_length_have_limits()
    {
        string deep = "galaxy: " + string.Concat(Enumerable.Repeat("[\n", 100_000));
        string many = Yaml.Text([.. Enumerable.Range(0, 20_000).Select(i => $"a{i}: 1")]);

        Assert.That(Yaml.Lines(Yaml.Read(deep).Problems).Single(), Does.Contain("nested deeper than 64 levels"));
        Assert.That(
            Yaml.Lines(Yaml.Read(many).Problems),
            Is.EqualTo(new[] { "t.yml:10002:11: there are more than 10000 options" }));
    }

    [Test]
    public void A_file_says_what_keeps_it_from_being_read()
    {
        string directory = Directory.CreateTempSubdirectory("zerg-yaml-").FullName;
        try
        {
            string path = Path.Combine(directory, "a.yml");
            Assert.That(Problem(path), Is.EqualTo($"{path}: cannot be read: there is no such file"));
            Assert.That(Problem(directory), Does.StartWith($"{directory}: cannot be read: "));

            File.WriteAllBytes(path, [.. "zerg:\n  a: "u8, 0xff, .. "\n"u8]);
            Assert.That(Problem(path), Is.EqualTo($"{path}:2:6: the file is no UTF-8 text from here on"));

            File.WriteAllBytes(path, [0xef, 0xbb, 0xbf, .. "zerg:\n  a: ü\n"u8]);
            Assert.That(Read(path).Options.Single().Value, Is.EqualTo("ü"));

            using (FileStream stream = File.OpenWrite(path))
            {
                stream.SetLength(SourceText.MaxFileBytes + 1);
            }

            Assert.That(Problem(path), Is.EqualTo($"{path}: is larger than 16 MiB"));
            Assert.That(Problem("/dev/zero"), Is.EqualTo("/dev/zero: is larger than 16 MiB"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        static string Problem(string path) => Yaml.Lines(Read(path).Problems).Single();

        static (OptionList Options, IReadOnlyList<Problem> Problems) Read(string path) =>
            Yaml.Collect(collector => ConfigurationFile.Read(path, null, null, collector));
    }

    [Test]
    [CancelAfter(60_000)]
    public void Mutated_text_gives_options_or_problems_and_never_hangs()
    {
        const string Seed = "# c\nzerg:\n  zerg-pool: '/run/z.sock::80,[::1]:81'\n  socket: [:1, \"@a\\n\"]\n"
            + "  env:\n    A: 1\n    B: 'x'\n  command: |\n    run this\n    and that\n  listen: 5\n"
            + "galaxy:\n  a: &x [1]\n";
        const string Alphabet = "\0\t\r\n :-,[]{}#&*!|>'\"%@`?~\\/.=<zerg0x\uFEFF\u2028\ud800";
        var random = new Random(20_240_607);
        for (int i = 0; i < 3_000; i++)
        {
            var text = new StringBuilder(Seed);
            for (int n = random.Next(1, 12); n > 0; n--)
            {
                int at = random.Next(text.Length);
                int length = Math.Min(random.Next(1, 6), text.Length - at);
                _ = random.Next(3) switch
                {
                    0 => text.Insert(at, Alphabet[random.Next(Alphabet.Length)]),
                    1 => text.Remove(at, length),
                    _ => text.Insert(random.Next(text.Length), text.ToString(at, length)),
                };
            }

            long start = Stopwatch.GetTimestamp();
            Assert.That(() => ReadAll(text.ToString()), Throws.Nothing, text.ToString());
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(5)), text.ToString());
        }

        static void ReadAll(string text)
        {
            (OptionList options, IReadOnlyList<Problem> problems) = Yaml.Read(text);
            Assert.That(options.Count + problems.Count, Is.GreaterThanOrEqualTo(0));
            (PoolOptions? pool, IReadOnlyList<Problem> poolProblems) =
                PoolOptions.From(options, Yaml.File, Hosts.User);
            (ZerglingOptions? zergling, _) = ZerglingOptions.From(options, Yaml.File, Hosts.User);
            Assert.That(pool is null, Is.EqualTo(poolProblems.Any(problem => problem.Severity == Severity.Error)));
            Assert.That(Yaml.Lines(problems.Concat(poolProblems)), Has.None.Contains("\n"));
            _ = zergling is null ? "" : string.Join('\n', zergling.Effective);
        }
    }
}
