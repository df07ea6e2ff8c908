using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace Zerg.Tests.Configuration;

internal sealed class ZerglingOptionsTests
{
    [Test]
    public void Defaults_are_those_of_the_vocabulary()
    {
        ZerglingOptions options = Yaml.Zergling("zerg: /run/z");

        Assert.That(options.Processes, Is.EqualTo(1));
        Assert.That(new object?[] { options.Threads, options.MaxFd, options.Chdir, options.Release }, Is.All.Null);
        Assert.That(options.Command, Is.Empty);
        Assert.That(options.Mode, Is.EqualTo(ZergMode.Auto));
        Assert.That(options.Ready, Is.EqualTo(ReadyCheck.Start));
        Assert.That(options.DrainIdle, Is.EqualTo(TimeSpan.FromSeconds(10)));
        Assert.That(options.StopSignal, Is.EqualTo(new StopSignal(15, "TERM")));
        Assert.That(options.Fallback, Is.False);
    }

    [Test]
    public void Everything_said_is_taken()
    {
        ZerglingOptions options = Yaml.Zergling(
            "zerg: [/run/z, '@y', /run/z]",
            "processes: 4",
            "threads: 2",
            "command: gunicorn -b 'x y' app:app",
            "chdir: /srv/app",
            "env: [A=1, B=x=y, A=2]",
            "max-fd: 4096",
            "release: v1.2",
            "name: web",
            "zerg-mode: standby",
            "ready: http://h:1/p?q",
            "ready-timeout: 90s",
            "worker-reload-mercy: 2m",
            "drain-idle: 500ms",
            "stop-signal: sigint",
            "logto: /var/log/z",
            "log-level: debug");

        Assert.That(options.Zergs.Select(zerg => $"{zerg}"), Is.EqualTo(new[] { "/run/z", "@y" }));
        Assert.That((options.Processes, options.Threads, options.MaxFd), Is.EqualTo((4, (int?)2, (int?)4096)));
        Assert.That(options.Command, Is.EqualTo(new[] { "gunicorn", "-b", "x y", "app:app" }));
        Assert.That(options.Env.Select(pair => $"{pair.Key}={pair.Value}"), Is.EqualTo(new[] { "A=2", "B=x=y" }));
        Assert.That((options.Chdir, options.Release, options.Name), Is.EqualTo(("/srv/app", "v1.2", "web")));
        Assert.That((options.Mode, $"{options.Ready}"), Is.EqualTo((ZergMode.Standby, "http://h:1/p?q")));
        Assert.That((options.Ready.Host, options.Ready.Path), Is.EqualTo(("h:1", "/p?q")));
        Assert.That(
            (options.ReadyTimeout, options.Mercy, options.DrainIdle),
            Is.EqualTo((TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(2), TimeSpan.FromMilliseconds(500))));
        Assert.That((options.StopSignal.Number, options.LogTo), Is.EqualTo((2, "/var/log/z")));
        Assert.That(options.LogLevel, Is.EqualTo(LogVerbosity.Debug));
    }

    [Test]
    public void Without_zerg_it_attaches_to_the_pools_of_its_file()
    {
        Assert.That(
            Yaml.Zergling("zerg-pool: ['/run/a::1', '@b']").Zergs.Select(zerg => $"{zerg}"),
            Is.EqualTo(new[] { "/run/a", "@b" }));
        Assert.That($"{Yaml.Zergling("socket: :1").Zergs.Single()}", Is.EqualTo("/run/user/7/zerg/t.sock"));
    }

    [Test]
    public void A_user_finds_the_pool_that_root_has_started()
    {
        HostFacts host = Hosts.User with { Exists = path => path == "/run/zerg/t.sock" };

        Assert.That(
            $"{ZerglingOptions.From([], "t.yml", host).Options!.Zergs.Single()}",
            Is.EqualTo("/run/zerg/t.sock"));
        Assert.That(
            $"{ZerglingOptions.From([], "t.yml", Hosts.User with { RuntimeDirectory = null }).Options!.Zergs.Single()}",
            Is.EqualTo("/run/zerg/t.sock"));
    }

    [Test]
    public void Without_a_file_and_zerg_there_is_no_pool() =>
        Assert.That(Yaml.Lines(ZerglingOptions.From([], null, Hosts.User).Problems), Is.EqualTo(new[]
        {
            "command line: zerg: is not there, and without a file there is no default for it",
        }));

    [Test]
    public void It_falls_back_to_the_sockets_of_the_file_or_to_the_pools_list()
    {
        ZerglingOptions own = Yaml.Zergling("zerg-fallback:", "zerg-pool: /run/a::1", "http: :2", "chmod-socket: 600");
        ZerglingOptions pools = Yaml.Zergling("zerg-fallback: yes", "zerg-pool: '/run/a::1,=0'", "shared-socket: :3");

        Assert.That(own.Fallback, Is.True);
        Assert.That(own.FallbackSockets.Select(socket => socket.Name), Is.EqualTo(new[] { "http-2" }));
        Assert.That(own.FallbackSocketMode, Is.EqualTo(0b110_000_000));
        Assert.That(pools.FallbackSockets.Select(socket => socket.Name), Is.EqualTo(new[] { "any-3" }));
        Assert.That(Yaml.ZerglingProblems("zerg: /run/a", "zerg-fallback:"), Is.EqualTo(new[]
        {
            "t.yml:3:3: zerg-fallback: has nothing to bind: no socket, http-socket, http or shared-socket",
        }));
    }

    [Test]
    public void Every_error_is_told_at_once() =>
        Assert.That(
            Yaml.ZerglingProblems(
                "zerg: [/run/a, :80]",
                "processes: 1025",
                "threads: -1",
                "command: a 'b",
                "env: A",
                "max-fd: 1",
                "release: ''",
                "zerg-mode: Auto",
                "ready: maybe",
                "drain-idle: 10x",
                "stop-signal: KILL",
                "zerg-fallback: perhaps"),
            Is.EquivalentTo(new[]
            {
                "t.yml:2:18: zerg: ':80' is no UNIX socket, expected a path or '@NAME'",
                "t.yml:3:14: processes: '1025' is out of range, expected a number of 1 to 1024",
                "t.yml:4:12: threads: '-1' is out of range, expected a number of 1 to 1024",
                "t.yml:5:12: command: the quote ' at character 3 is not closed",
                "t.yml:6:8: env: 'A' is no variable, expected 'KEY=VALUE'",
                "t.yml:7:11: max-fd: '1' is out of range, expected a number of 16 to 1073741816",
                "t.yml:8:12: release: needs a value",
                "t.yml:9:14: zerg-mode: 'Auto' is none of auto, replace, join, standby",
                "t.yml:10:10: ready: 'maybe' is no readiness, expected 'start', 'notify', 'http:/PATH', "
                    + "'http://HOST/PATH' or 'delay:DURATION'",
                "t.yml:11:15: drain-idle: '10x' is no duration, expected a duration such as '5', '5s', '500ms', "
                    + "'2m' or '1h'",
                "t.yml:12:16: stop-signal: 'KILL' is no signal to stop by, expected HUP, INT, QUIT, ABRT, USR1, USR2, "
                    + "ALRM, TERM, WINCH, PWR",
                "t.yml:13:18: zerg-fallback: 'perhaps' is neither 'true' nor 'false'",
            }));

    [TestCase("A", "'A' is no variable, expected 'KEY=VALUE'")]
    [TestCase("=1", "'=1' is no variable, expected 'KEY=VALUE'")]
    [TestCase("\"A=\\0\"", "has a NUL character")]
    public void A_variable_has_a_name_and_a_value(string text, string error) =>
        Assert.That(Yaml.ZerglingProblems($"env: {text}"), Is.EqualTo(new[] { $"t.yml:2:8: env: {error}" }));

    [TestCase("start", "start")]
    [TestCase("notify", "notify")]
    [TestCase("http:/", "http:/")]
    [TestCase("http://h", "http://h/")]
    [TestCase("delay:5", "delay:5s")]
    public void Readiness_has_five_forms(string text, string shown) =>
        Assert.That($"{ReadyCheck.Parse(text).Value}", Is.EqualTo(shown));

    [TestCase("", "'' is no readiness")]
    [TestCase("http:", "'http:' is no readiness")]
    [TestCase("http:///x", "'http:///x' has no host")]
    [TestCase("http:/a b", "'http:/a b' has blanks or is not ASCII")]
    [TestCase("delay:", "'' is no duration")]
    public void Other_readiness_is_refused(string text, string error) =>
        Assert.That(ReadyCheck.Parse(text).Error, Does.StartWith(error));

    [TestCase("TERM", 15)]
    [TestCase("SIGQUIT", 3)]
    [TestCase("usr1", 10)]
    [TestCase("1", 1)]
    public void A_signal_has_a_name_or_a_number(string text, int number) =>
        Assert.That(StopSignal.Parse(text).Value.Number, Is.EqualTo(number));

    [TestCase("command: [a, 'b c', '']", "a", "b c", "")]
    [TestCase("command: a \"b c\"", "a", "b c")]
    public void A_list_of_words_is_taken_as_it_is(string line, params string[] words) =>
        Assert.That(Yaml.Zergling(line).Command, Is.EqualTo(words));

    [Test]
    public void A_later_source_replaces_the_whole_command()
    {
        OptionList list = Yaml.Section("command: [a, b, c]");
        list.AddRange(CommandLineReader.Read(["--", "x", "-y"]).Options);
        Assert.That(ZerglingOptions.From(list, "t.yml", Hosts.User).Options!.Command, Is.EqualTo(new[] { "x", "-y" }));

        list.AddRange(CommandLineReader.Read(["--command", "p 'q r'"]).Options);
        Assert.That(ZerglingOptions.From(list, "t.yml", Hosts.User).Options!.Command, Is.EqualTo(new[] { "p", "q r" }));
    }

    [Test]
    public void The_command_line_wins_over_the_file()
    {
        OptionList list = Yaml.Section("processes: 2", "env: A=1", "zerg-fallback: true", "http: :1");
        list.AddRange(CommandLineReader.Read(["--processes=3", "--env", "A=2", "--zerg-fallback=no"]).Options);
        ZerglingOptions options = ZerglingOptions.From(list, "t.yml", Hosts.User).Options!;

        Assert.That((options.Processes, options.Env.Single().Value, options.Fallback), Is.EqualTo((3, "2", false)));
    }
}
