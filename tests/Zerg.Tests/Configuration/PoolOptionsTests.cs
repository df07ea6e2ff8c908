using Zerg.Configuration;

namespace Zerg.Tests.Configuration;

internal sealed class PoolOptionsTests
{
    [TestCase("watch: 5xx<1%", "t.yml:3:10: watch: needs rollback-window or another strategy as well: without them there is nothing to go back to")]
    [TestCase("watch: 5xx<0%", "t.yml:3:10: watch: '5xx<0%': expected more than 0% and at most 100%")]
    [TestCase("watch: ''", "t.yml:3:10: watch: needs a value")]
    [TestCase("watch-requests: 0", "t.yml:3:19: watch-requests: '0' is out of range, expected a number of 1 to 1000000")]
    public void A_watch_that_cannot_be_is_one_line(string line, string problem)
        => Assert.That(Yaml.PoolProblems("socket: :1", line), Is.EqualTo(new[] { problem }));

    [Test]
    public void Without_any_history_nobody_would_hear_how_a_deploy_ended() => Assert.That(
        Yaml.PoolProblems("socket: :1", "max-history: 0"),
        Is.EqualTo(new[] { "t.yml:3:16: max-history: '0' is out of range, expected a number of 1 to 1000" }));

    [Test]
    public void A_watch_has_its_terms()
    {
        PoolOptions options = Yaml.Pool("socket: :1", "rollback-window: 1m", "watch: 5xx<1%, p99.9<1s");

        Assert.That(WatchTerm.Format(options.Watch), Is.EqualTo("5xx<1%,p99.9<1s"));
        Assert.That(options.WatchRequests, Is.EqualTo(100));
        Assert.That(options.Effective.Single(one => one.Name == "watch").Value, Is.EqualTo("5xx<1%,p99.9<1s"));
    }

    [Test]
    public void A_bare_file_makes_one_pool_of_every_socket()
    {
        PoolOptions options = Yaml.Pool("socket: :3031", "http: [':80', '/run/web.sock']", "shared-socket: '[::]:81'");

        PoolSpec pool = options.Pools.Single();
        Assert.That($"{pool.Address}", Is.EqualTo("/run/user/7/zerg/t.sock"));
        Assert.That($"{options.Control}", Is.EqualTo("/run/user/7/zerg/t.sock.ctl"));
        Assert.That(options.Name, Is.EqualTo("t"));
        Assert.That(Text(pool), Is.EqualTo(new[]
        {
            "any-81 [::]:81 Any", "uwsgi-3031 0.0.0.0:3031 Uwsgi", "http-80 0.0.0.0:80 Http",
            "http-web.sock /run/web.sock Http",
        }));
    }

    [Test]
    public void Root_has_its_pool_in_run_and_a_name_changes_it()
    {
        OptionList list = Yaml.Section("socket: :1", "name: web");
        PoolOptions options = PoolOptions.From(list, "x.yml", Hosts.Root).Options!;

        Assert.That($"{options.Pools[0].Address}", Is.EqualTo("/run/zerg/web.sock"));
    }

    [Test]
    public void Without_a_runtime_directory_a_user_must_name_the_pool()
    {
        HostFacts host = Hosts.User with { RuntimeDirectory = null };

        Assert.That(Yaml.PoolProblems(host, "socket: :1"), Is.EqualTo(new[]
        {
            "t.yml: zerg-pool: is not there, and without XDG_RUNTIME_DIR there is no default for it",
        }));
    }

    [Test]
    public void Without_a_file_and_a_name_the_pool_must_be_named()
    {
        OptionList list = Yaml.Arguments("--socket", ":1");

        Assert.That(Yaml.Lines(PoolOptions.From(list, null, Hosts.User).Problems), Is.EqualTo(new[]
        {
            "command line: zerg-pool: is not there, and without a name or a file there is no default for it",
        }));
    }

    [Test]
    public void Defaults_are_those_of_the_vocabulary()
    {
        PoolOptions options = Yaml.Pool("socket: :1");

        Assert.That(options.Backlog, Is.EqualTo(4096));
        Assert.That(options.SocketMode, Is.EqualTo(Convert.ToInt32("660", 8)));
        Assert.That(options.ReadyTimeout, Is.EqualTo(TimeSpan.FromMinutes(5)));
        Assert.That(options.Mercy, Is.EqualTo(TimeSpan.FromMinutes(1)));
        Assert.That(options.LogLevel, Is.EqualTo(LogVerbosity.Info));
        Assert.That(new object?[] { options.Uid, options.Gid, options.SocketOwner, options.LogTo }, Is.All.Null);
    }

    [Test]
    public void A_list_gives_each_pool_its_own_and_shares_what_both_name()
    {
        PoolOptions options = Yaml.Pool(
            "zerg-pool: ['/run/a:=0,:80, [::1]:90', '@b:*:70,:80,:0', '/run/c:/run/x,@y']",
            "shared-socket: :443",
            "http: =0",
            "socket: 0.0.0.0:80");

        Assert.That(options.Pools.Select(pool => $"{pool.Address}"), Is.EqualTo(new[] { "/run/a", "@b", "/run/c" }));
        Assert.That(Text(options.Pools[0]), Is.EqualTo(new[]
        {
            "http-443 0.0.0.0:443 Http", "uwsgi-80 0.0.0.0:80 Uwsgi", "any-90 [::1]:90 Any",
        }));
        Assert.That(Text(options.Pools[1]), Is.EqualTo(new[]
        {
            "any-70 *:70 Any", "uwsgi-80 0.0.0.0:80 Uwsgi", "any-0 0.0.0.0:0 Any",
        }));
        Assert.That(options.Pools[1].Sockets[1], Is.SameAs(options.Pools[0].Sockets[1]));
        Assert.That(Text(options.Pools[2]), Is.EqualTo(new[] { "any-x /run/x Any", "any-y @y Any" }));
        Assert.That(options.Sockets.Count(), Is.EqualTo(7));
        Assert.That($"{options.Control}", Is.EqualTo("/run/a.ctl"));
    }

    [Test]
    public void A_path_without_a_list_passes_every_socket() =>
        Assert.That(
            Text(Yaml.Pool("zerg-pool: /run/a", "http: =1", "shared-socket: [':1', ':2']").Pools.Single()),
            Is.EqualTo(new[] { "any-1 0.0.0.0:1 Any", "http-2 0.0.0.0:2 Http" }));

    [Test]
    public void Ports_of_0_are_a_socket_each() =>
        Assert.That(
            Text(Yaml.Pool("zerg-pool: '/run/a:127.0.0.1:0,127.0.0.1:0'").Pools.Single()),
            Is.EqualTo(new[] { "any-0 127.0.0.1:0 Any", "any-0-2 127.0.0.1:0 Any" }));

    [TestCase("zerg-pool: '/run/a:'", "t.yml:2:14: zerg-pool: names no address after its colon")]
    [TestCase("zerg-pool: '/run/a::80,,:81'", "t.yml:2:14: zerg-pool: is empty, expected ':PORT', 'HOST:PORT', "
        + "'[IPV6]:PORT', '*:PORT', a path, or '@NAME'")]
    [TestCase("zerg-pool: '/run/a::80,0.0.0.0:80'", "t.yml:2:14: zerg-pool: names '0.0.0.0:80' twice")]
    [TestCase("zerg-pool: '/run/a:=0'", "t.yml:2:14: zerg-pool: '=0' names a shared-socket, and there is none")]
    [TestCase("zerg-pool: ':80'", "t.yml:2:14: zerg-pool: is empty, expected ':PORT', 'HOST:PORT', '[IPV6]:PORT', "
        + "'*:PORT', a path, or '@NAME'")]
    [TestCase("zerg-pool: /run/a",
        "t.yml:2:14: zerg-pool: has nothing to pass: no socket, http-socket, http or shared-socket")]
    [TestCase("zerg-pool: ", "t.yml:2:3: zerg-pool: needs a value")]
    [TestCase("zerg-pool: ['/run/a::1', '/run/a::2']",
        "t.yml:2:28: zerg-pool: '/run/a' is taken by 'zerg-pool' at t.yml:2:15 already",
        "t.yml:2:28: zerg-pool: '/run/a.lock' is taken by 'zerg-pool' at t.yml:2:15 already")]
    [TestCase("zerg-pool: /run/a:/run/a",
        "t.yml:2:14: zerg-pool: '/run/a' is taken by 'zerg-pool' at t.yml:2:14 already")]
    [TestCase("http: /run/user/7/zerg/t.sock.ctl",
        "t.yml:2:9: http: '/run/user/7/zerg/t.sock.ctl' is taken by 'control' at t.yml already")]
    public void A_pool_that_cannot_be_is_told_why(string line, params string[] problems) =>
        Assert.That(Yaml.PoolProblems(line), Is.EqualTo(problems));

    [Test]
    public void The_kernel_passes_253_sockets_and_no_more()
    {
        static string Pool(int count) =>
            $"zerg-pool: /run/a:{string.Join(',', Enumerable.Range(1, count).Select(port => $":{port}"))}";

        Assert.That(Yaml.PoolProblems(Pool(253)), Is.Empty);
        Assert.That(Yaml.PoolProblems(Pool(254)), Is.EqualTo(new[]
        {
            "t.yml:2:14: zerg-pool: passes 254 sockets, the kernel takes at most 253 in one message",
        }));
    }

    [TestCase("=x", "t.yml:2:9: http: '=x' is no reference, expected '=N' with the number of a shared-socket")]
    [TestCase("=-1", "t.yml:2:9: http: '=-1' is no reference, expected '=N' with the number of a shared-socket")]
    [TestCase("=2", "t.yml:2:9: http: '=2' names no shared-socket, there are '=0' to '=1'")]
    public void A_reference_names_a_line_that_is_there(string reference, string problem) =>
        Assert.That(
            Yaml.PoolProblems($"http: {reference}", "shared-socket: [':1', ':2']"),
            Is.EqualTo(new[] { problem }));

    [Test]
    public void One_socket_speaks_one_protocol()
    {
        Assert.That(Yaml.PoolProblems("shared-socket: :1", "socket: =0", "http: =0"), Is.EqualTo(new[]
        {
            "t.yml:4:9: http: '0.0.0.0:1' cannot speak another protocol than by 'socket' at t.yml:3:11",
        }));
        Assert.That(Yaml.PoolProblems("socket: :1", "http: 0.0.0.0:1"), Is.EqualTo(new[]
        {
            "t.yml:3:9: http: '0.0.0.0:1' cannot speak another protocol than by 'socket' at t.yml:2:11",
        }));
        Assert.That(Yaml.PoolProblems("http-socket: :1", "http: :1"), Is.EqualTo(new[]
        {
            "t.yml:3:9: http: '0.0.0.0:1' is named by 'http-socket' at t.yml:2:16 already, ignoring",
        }));
    }

    [Test]
    public void A_socket_in_no_list_is_warned_of() =>
        Assert.That(Yaml.PoolProblems("zerg-pool: /run/a::1", "http: :2"), Is.EqualTo(new[]
        {
            "t.yml:3:9: http: '0.0.0.0:2' is in no list of a zerg-pool, so the pool does not bind it, ignoring",
        }));

    [Test]
    public void Every_error_is_told_at_once() =>
        Assert.That(
            Yaml.PoolProblems(
                "zerg-pool: '/run/a:127.0.0.1:http,1.2.3.4.5:1'",
                "http: =7",
                "listen: 0",
                "chmod-socket: 888",
                "chown-socket: 'a:b:c'",
                "uid: nobody-of-that-name",
                "allow-gid: [0, no-such-group]",
                "control: :80",
                "ready-timeout: 0",
                "worker-reload-mercy: soon",
                "log-level: loud",
                "logto:",
                "name: a/b"),
            Is.EquivalentTo(new[]
            {
                "t.yml:2:14: zerg-pool: 'http' is no port, expected a number of 0 to 65535",
                "t.yml:2:14: zerg-pool: '1.2.3.4.5' is no IPv4 address, expected four numbers of 0 to 255",
                "t.yml:3:9: http: '=7' names a shared-socket, and there is none",
                "t.yml:4:11: listen: '0' is out of range, expected a number of 1 to 65535",
                "t.yml:5:17: chmod-socket: '888' is no mode, expected 3 or 4 octal digits such as '660'",
                "t.yml:6:17: chown-socket: 'a:b:c' is no owner, expected 'USER' or 'USER:GROUP'",
                "t.yml:7:8: uid: there is no user 'nobody-of-that-name'",
                "t.yml:8:18: allow-gid: there is no group 'no-such-group'",
                "t.yml:9:12: control: ':80' is no UNIX socket, expected a path or '@NAME'",
                "t.yml:10:18: ready-timeout: '0' leaves no time at all, expected more than 0",
                "t.yml:11:24: worker-reload-mercy: 'soon' is no duration, expected a duration such as '5', '5s', "
                    + "'500ms', '2m' or '1h'",
                "t.yml:12:14: log-level: 'loud' is none of debug, info, warning, error",
                "t.yml:13:3: logto: needs a value",
                "t.yml:14:9: name: 'a/b' cannot name a file",
            }));

    [Test]
    public void A_uid_brings_its_primary_group_and_says_so()
    {
        (PoolOptions? options, IReadOnlyList<Problem> problems) =
            PoolOptions.From(Yaml.Section("socket: :1", "uid: root"), "t.yml", Hosts.User);

        Assert.That(options!.Uid, Is.EqualTo(new Account(0, "root")));
        Assert.That(options.Gid, Is.EqualTo(new Account(0, "root")));
        Assert.That(Yaml.Lines(problems), Is.EqualTo(new[]
        {
            "t.yml:3:8: uid: without gid the primary group of 'root' is taken, 'root'",
        }));
    }

    [Test]
    public void Numbers_need_no_entry_but_a_uid_alone_does()
    {
        PoolOptions options = Yaml.Pool("socket: :1", "uid: 54321", "gid: 54322", "allow-uid: [0, 54321]");

        Assert.That(options.Uid, Is.EqualTo(new Account(54321, null)));
        Assert.That(options.Gid, Is.EqualTo(new Account(54322, null)));
        Assert.That(options.AllowUids, Is.EqualTo(new[] { new Account(0, "root"), new Account(54321, null) }));
        Assert.That(Yaml.PoolProblems("socket: :1", "uid: 54321"), Is.EqualTo(new[]
        {
            "t.yml:3:8: uid: '54321' is in no user database, so it needs a gid beside it",
        }));
        Assert.That(Yaml.PoolProblems("socket: :1", "gid: 4294967295"), Is.EqualTo(new[]
        {
            "t.yml:3:8: gid: there is no group '4294967295'",
        }));
    }

    [TestCase("chmod-socket: 660", 0b110_110_000)]
    [TestCase("chmod-socket: 0600", 0b110_000_000)]
    [TestCase("chmod-socket:", 0b110_110_110)]
    [TestCase("chmod-socket: true", 0b110_110_110)]
    public void A_mode_is_octal(string line, int mode) =>
        Assert.That(Yaml.Pool("socket: :1", line).SocketMode, Is.EqualTo(mode));

    [Test]
    public void An_owner_has_a_user_and_may_have_a_group()
    {
        Assert.That($"{Yaml.Pool("socket: :1", "chown-socket: root").SocketOwner}", Is.EqualTo("root"));
        Assert.That($"{Yaml.Pool("socket: :1", "chown-socket: root:7777").SocketOwner}", Is.EqualTo("root:7777"));
    }

    [Test]
    public void A_backlog_above_the_kernels_limit_is_warned_of()
    {
        HostFacts host = Hosts.User with { SoMaxConn = 128 };

        Assert.That(Yaml.PoolProblems(host, "socket: :1", "listen: 129"), Is.EqualTo(new[]
        {
            "t.yml:3:11: listen: 129 is more than net.core.somaxconn, the kernel makes it 128",
        }));
        Assert.That(Yaml.PoolProblems(host, "socket: :1", "listen: 128"), Is.Empty);
    }

    [Test]
    public void A_control_path_that_grows_too_long_is_told() =>
        Assert.That(
            Yaml.PoolProblems($"zerg-pool: /{new string('a', 104)}::1").Single(),
            Does.StartWith("t.yml:2:14: control: the path '/aaa")
                .And.EndWith("has 109 bytes, a UNIX socket takes at most 107"));

    [Test]
    public void Options_of_the_zergling_are_none_of_the_pools_business() =>
        Assert.That(Yaml.PoolProblems("socket: :1", "processes: many", "command: \"'\""), Is.Empty);

    [Test]
    public void A_scalar_takes_no_list() =>
        Assert.That(
            Yaml.PoolProblems("socket: :1", "listen: [1, 2]"),
            Is.EqualTo(new[] { "t.yml:3:15: listen: takes one value, not a list" }));

    private static string[] Text(PoolSpec pool) =>
        [.. pool.Sockets.Select(socket => $"{socket.Name} {socket.Address} {socket.Protocol}")];
}
