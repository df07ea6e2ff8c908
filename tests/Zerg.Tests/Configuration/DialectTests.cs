using Zerg.Configuration;
using Zerg.Configuration.Reading;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Configuration;

/// <summary>uWSGI's two dialects with their blocks, variables and further files.</summary>
internal sealed class DialectTests
{
    // Read by the embedded reader, by libyaml, or by both: see docs/configuration.md.
    [TestCase("a: 1\na: 2", "a=1", "a=2")]
    [TestCase("processes: \"2\"", "processes=2", "!t.yml:2:16: processes: the quotes are left out")]
    [TestCase("pidfile: '/tmp/it''s'", "pidfile=/tmp/it's", "!t.yml:2:14: pidfile: the quotes are left out")]
    [TestCase("a: \"x\" y", "a=\"x\" y", "!t.yml:2:8: a: the quotes stay")]
    [TestCase("a: 'x' # note", "a=x", "!t.yml:2:8: a: the quotes are left out")]
    [TestCase("threads: 4   # note", "threads=4")]
    [TestCase("path: /tmp/a#b", "path=/tmp/a#b")]
    [TestCase("socket:\n  - a\n  - b # c", "socket=a", "socket=b")]
    [TestCase("socket: [a, 'b']", "socket=a", "socket=b", "!t.yml:2:13: socket: the quotes are left out")]
    [TestCase("socket: [::1]:80", "socket=[::1]:80")]
    [TestCase("socket: [::]:80", "socket=[::]:80")]
    [TestCase("socket: @name", "socket=@name")]
    [TestCase("socket: *:80", "socket=*:80")]
    [TestCase("a: 1\n    b: 2", "a=1", "b=2")]
    [TestCase("a: some\n  more", "a=some more")]
    [TestCase("a: |\n  l1\n  # no comment\n  l2\nb: 1", "a=l1\n# no comment\nl2", "b=1")]
    [TestCase("a: >\n  l1\n  l2", "a=l1 l2")]
    [TestCase("env: A=b: c", "env=A=b: c")]
    [TestCase("a : b", "a=b")]
    [TestCase("\"a\": b", "a=b")]
    [TestCase("- a: b\n- c: d", "a=b", "c=d")]
    [TestCase("a:\tb", "a=b")]
    [TestCase("# only\n\n  # comments\na: 1", "a=1")]
    [TestCase("a:", "a=", "!t.yml:2:5: a: has no value and so is switched on")]
    [TestCase("key:value\nb: 1", "key=value", "b=1", "!t.yml:2:8: has no blank behind the colon")]
    [TestCase("some words\nb: 1", "b=1", "!t.yml:2:5: 'some words' is no 'option: value'")]
    [TestCase("{x: y}\nb: 1", "{x=y}", "b=1")]
    [TestCase(": y\nb: 1", "b=1", "!t.yml:2:5: has no name before ':'")]
    [TestCase("a: 1\n---\nb: 2", "a=1", "b=2", "!t.yml:3:5: '---' is no 'option: value'")]
    public void A_section_of_YAML_is_read_forgivingly(string lines, params string[] expected)
    {
        string section = string.Concat(lines.Split('\n').Select(line => $"    {line}\n"));
        Assert.That(ReadYaml($"uwsgi:\n{section}"), Is.EqualTo(expected).Using<string, string>(Matches));
        Assert.That(
            ReadYaml($"\r\nuwsgi:\n{section}".Replace("\n", "\r\n", StringComparison.Ordinal).Replace("\r\r", "\r", StringComparison.Ordinal)[2..]),
            Is.EqualTo(expected).Using<string, string>(Matches));
    }

    [TestCase("uwsgi:\n  a: 1\nuwsgi:\n  b: 2\n", "a=1", "!t.yml:3:1: the section 'uwsgi' is repeated")]
    [TestCase("galaxy:\n  x: [\n  - @\nuwsgi: # mine\n  a: 1\nother:\n  b: 2\n", "a=1")]
    [TestCase("---\n# c\nuwsgi:\n  a: 1\n...\n", "a=1")]
    [TestCase("uwsgi: x\n  a: 1\n", "a=1", "!t.yml:1:1: 'x' stands behind the name of the section")]
    [TestCase("zerg:\n  listen: 2\nuwsgi:\n  socket: @x\n  listen: 1\n", "socket=@x", "listen=1", "listen=2")]
    [TestCase("uwsgi:\n", new string[0])]
    public void A_file_has_its_sections(string text, params string[] expected) =>
        Assert.That(ReadYaml(text), Is.EqualTo(expected).Using<string, string>(Matches));

    [TestCase("a = 1 ; x\n;c\n# d\n  b=2\nflag\nd==x", "a=1 ; x", "b=2", "flag=", "d==x")]
    [TestCase("a = 'q'\na = \\n", "a='q'", "a=\\n")]
    [TestCase("a=1\n[other]\na=2\n[uwsgi]\na=3", "a=1", "a=3")]
    [TestCase("a=1\n[zerg]\nb=2", "a=1", "b=2")]
    [TestCase("= x\na=1", "a=1", "!t.ini:2:1: has no name before '='")]
    [TestCase("a = %%\nb%% = %q|100%\nc = %n %s %e %x", "a=%", "b%=|100%", "c=t t.ini ini ")]
    [TestCase("if-exists = /\na = %(_)\nendif =\nif-exists = /nowhere\nb = 1\nendif", "a=/")]
    [TestCase("if-not-exists = /nowhere\na = 1\nend\nif-env = HOME\nb=1\nend-if =", "a=1", "b=1")]
    [TestCase("x=1\nif-opt = x=1\na=%(_)\nendif\nif-opt = x=2\nb=1\nendif", "x=1", "a=1")]
    [TestCase("for = a b\nx = %(_)-%(_)\nendfor =\nfor-times = 2\nt = %(_)\nendfor", "x=a-a", "x=b-b", "t=1", "t=2")]
    [TestCase("if-exists = /\nif-env = HOME\na=1\nendif=", "a=1", "!t.ini:3:10: if-env: stands inside of another block")]
    [TestCase("if-exists = /nowhere\nif-env = HOME\na=1\nendif=\nb=1", "b=1",
        "!t.ini:3:10: if-env: stands inside of another block")]
    [TestCase("endif =\na=1", "a=1", "!t.ini:2:1: endif: closes nothing")]
    [TestCase("if-exists = /\na=1", "a=1", "!t.ini:2:13: if-exists: is not closed")]
    [TestCase("if-exists = %(d)/x\na=1\nendif", "!t.ini:2:13: if-exists: '%(d)/x' is taken as it stands")]
    [TestCase("set = k=%(v)\nset-ph = v=1", "k=1", "v=1")]
    [TestCase("set-placeholder = socket=1", "!t.ini:2:19: set-placeholder: 'socket' is an option")]
    [TestCase("set = x", "!t.ini:2:7: set: 'x' is no pair")]
    [TestCase("declare-option = two=socket=$1;chdir=$2\ntwo = :1 /x", "socket=:1", "chdir=/x")]
    [TestCase("declare-option = a=a=1\na = 2", "!t.ini:3:5: a: 'a' is a declared option")]
    [TestCase("a=10\nb=%(a + 5) %(a - 1) %(a * a) %(a / 0) %(a ++) %(a --)", "a=10", "b=15 9 100 0 11 9")]
    [TestCase("a=x\nb=%(a a)%( a )%(a nosuch)", "a=x", "b=xxxx")]
    [TestCase("a=%(b)\nb=%(c)\nc=deep", "a=deep", "b=deep", "c=deep")]
    [TestCase("a=%(nosuch)/x", "a=%(nosuch)/x", "!t.ini:2:3: a: '%(nosuch)' names no option")]
    [TestCase("a=$(ZERG_NO_SUCH)", "a=$(ZERG_NO_SUCH)", "!t.ini:2:3: a: '$(ZERG_NO_SUCH)' stays as it is")]
    [TestCase("a=%(b", "a=%(b", "!t.ini:2:3: a: '%(' has no ')'")]
    [TestCase("a=@(/nowhere)", "a=@(/nowhere)", "!t.ini:2:3: '/nowhere' cannot be read: there is no such file")]
    [TestCase("a=@(http://x)", "a=@(http://x)", "!t.ini:2:3: a: '@(http://x)' is no file")]
    [TestCase("a=x%(b)\nb=y%(a)", "a=xy", "b=y", "!t.ini:2:3: a: refers to itself")]
    [TestCase("ini =", "!t.ini:2:1: a configuration file has an empty name")]
    [TestCase("include = a\0b", "!t.ini:2:11: a file's name has a NUL character")]
    [TestCase("a=@()", "a=@()", "!t.ini:2:3: '' is no name of a file")]
    [TestCase("xml = x.xml", "!t.ini:2:7: xml: only YAML and INI files can be read")]
    [TestCase("for-times = 5000\na=1\nendfor", "!t.ini:2:13: for-times: goes round more than 1000 times")]
    public void An_INI_file_is_read_as_uWSGI_reads_it(string lines, params string[] expected) =>
        Assert.That(ReadIni("[uwsgi]\n" + lines), Is.EqualTo(expected).Using<string, string>(Matches));

    [Test]
    public void Files_name_further_files_and_sections()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("b.ini", "[uwsgi]\nb = %n %N\ninclude = a.yml\n[two]\nc = 3\n");
        string a = directory.Write("a.yml", $"uwsgi:\n  x: 1\n  ini: {directory.Path}/b.ini\n  ini: {directory.Path}/b.ini:two\n  y: 2\n");
        directory.Write("loop.ini", $"[uwsgi]\ninclude = {directory.Path}/loop.ini\n");

        LoadedConfiguration loaded = Load(a, "--listen", "5");
        Assert.That(
            loaded.Options.Select(option => $"{option.Name}={option.Value}"),
            Is.EqualTo(new[] { "x=1", "b=b a", "c=3", "y=2", "listen=5" }));
        Assert.That(loaded.Problems.Select(problem => problem.Message), Has.Some.StartsWith("cannot be read"));
        Assert.That(
            Load(Path.Combine(directory.Path, "loop.ini")).Problems.Single().Message, Does.Contain("would include itself"));
    }

    [Test]
    public void The_command_line_is_read_in_its_order_and_its_command_is_left_alone()
    {
        using var directory = new TemporaryDirectory();
        string ini = directory.Write("a.ini", "[uwsgi]\nlisten = 2\nprocesses = 2\n");
        LoadedConfiguration loaded = Load(
            "--listen", "1", "-p", "1", "--ini", ini, "--workers=%(listen)", "-M", "--", "sh", "-c", "echo $(date) %(x)");

        Assert.That(loaded.Options.Select(option => $"{option.Name}={option.Value}"), Is.EqualTo(new[]
        {
            "listen=1", "processes=1", "listen=2", "processes=2", "processes=1", "master=", "command=sh", "command=-c",
            "command=echo $(date) %(x)",
        }));
        Assert.That(loaded.HasErrors, Is.False);
    }

    [Test]
    public void Every_way_to_say_an_option_is_judged()
    {
        LoadedConfiguration loaded = Of("[uwsgi]\nmaster=true\nmodule=x\nxclient=1\nprocesess=2\nmine=1\nlogto=%(mine)\n");

        Assert.That(loaded.Ignored.Select(one => $"{one.Option.Name} {one.Verdict}"), Is.EqualTo(new[]
        {
            "master NoMeaning", "module NotSupported", "xclient Unknown", "procesess Unknown", "mine Variable",
        }));
        Assert.That(Yaml.Lines(loaded.Problems).Select(line => line[(line.IndexOf(".ini:", StringComparison.Ordinal) + 5)..]), Is.EqualTo(new[]
        {
            "3:8: module: not supported yet, ignoring: what runs the application is named by 'command'",
            "4:9: xclient: unknown option, ignoring",
            "5:11: procesess: unknown option, did you mean 'processes'? Ignoring",
        }));
        Assert.That(Of("[uwsgi]\ngevent=1\ncheaper=1\n").Problems.Select(one => one.Message), Has.All.Contain("not supported").Or.Contain("unknown"));
        Assert.That(Of("[uwsgi]\nstrict=true\nmodule=x\n").HasErrors);
    }

    [Test]
    public void Values_are_read_as_loosely_as_uWSGI_reads_them()
    {
        LoadedConfiguration loaded = Of("[uwsgi]\nprocesses = 4 ; note\nzerg-fallback = surely\nthreads = \"2\"\n");

        Assert.That(
            loaded.Options.Select(option => $"{option.Name}={option.Value}"),
            Is.EqualTo(new[] { "processes=4", "zerg-fallback=true", "threads=\"2\"" }));
    }

    private static LoadedConfiguration Load(params string[] arguments) =>
        ConfigurationSource.Load(CommandLineReader.Read(arguments));

    private static LoadedConfiguration Of(string ini)
    {
        using var directory = new TemporaryDirectory();
        return Load(directory.Write("t.ini", ini));
    }

    private static bool Matches(string actual, string expected) =>
        expected.StartsWith('!') ? actual.StartsWith(expected, StringComparison.Ordinal) : actual == expected;

    private static string[] ReadYaml(string text) => Read(collector =>
    {
        var file = new YamlFile(text);
        if (file.Has("uwsgi"))
            UwsgiYamlReader.Read(text, Yaml.File, file, "uwsgi", isAsked: false, collector);
        if (file.Has("zerg"))
            StrictYamlReader.Read(file.Only("zerg"), Yaml.File, "zerg", collector);
    });

    private static string[] ReadIni(string text) => Read(collector =>
    {
        new IniReader(text, "t.ini", collector).Read(null);
        collector.EndOfSource();
        new Placeholders(collector).FillAll();
    });

    private static string[] Read(Action<OptionCollector> read)
    {
        (OptionList options, IReadOnlyList<Problem> problems) = Yaml.Collect(read);
        return [.. options.Select(option => $"{option.Name}={option.Value}"), .. problems.Select(problem => $"!{problem}")];
    }
}
