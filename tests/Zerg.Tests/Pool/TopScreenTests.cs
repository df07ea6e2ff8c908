using ZergPool.Control;
using ZergPool.Top;

namespace Zerg.Tests.Pool;

/// <summary>What a screen of some size says of a pool in some state.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class TopScreenTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Sockets_and_zerglings_with_a_queue_that_is_nearly_full() => Expect(
        Model(Status(
            One(1, "r1", "accepting"), One(2, "r1", "paused") with { Connections = null, Requests = null })) with
        {
            Usage = new Dictionary<int, ProcessUsage> { [1] = new(123 << 20, 4.25) },
        }, 80, 16, """
        zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.sock
        2 zerglings, 12 connections, 2 requests in flight, memory 123M, cpu 4.3 %

          SOCKET     QUEUED  LIMIT  FULL  STATE  PROTOCOL  ADDRESS
          http-8080       3    100    3%  held   http      127.0.0.1:8080
        ! http-8081      80    100   80%  held   http      127.0.0.1:8080

          ID   PID  KIND  RELEASE  STATE      GEN   AGE  WORK  CONN  REQ   MEM  CPU%
        >  1  2001  app   r1       accepting    1  1m5s     -    12    2  123M   4.3
           2  2002  app   r1       paused       1  1m5s     -     -    -     -     -





        j/k select  p pause  r resume  d drain  b rollback  q quit
        """);

    [Test]
    public void A_release_that_starts() => Expect(
        Model(Status(One(1, "r1", "accepting"), Starting(2, "r2")) with
        {
            Handover = new HandoverStatus(2, [], "starting", Ago(12.3)),
            Deployments =
            [
                new DeploymentStatus(5, "r3", "queued", null, null, null, Ago(3)),
                new DeploymentStatus(4, "r2", "attached", 2, 99, null, Ago(15)),
            ],
        }), 80, 20, """
        zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.sock
        2 zerglings, 12 connections, 2 requests in flight, memory -, cpu - %

          SOCKET     QUEUED  LIMIT  FULL  STATE  PROTOCOL  ADDRESS
          http-8080       3    100    3%  held   http      127.0.0.1:8080
        ! http-8081      80    100   80%  held   http      127.0.0.1:8080

          ID   PID  KIND      RELEASE  STATE      GEN   AGE  WORK  CONN  REQ  MEM  CPU%
        >  1  2001  app       r1       accepting    1  1m5s     -    12    2    -     -
           2  2002  launcher  r2       starting     0   12s     2     -    -    -     -

        hand-over to 2 (release r2)
          attached -> [ready 12.3s] -> accept -> drain -> gone
        zergling 2 starts 12.3s: ready-timeout in 4m0s
        deployment 5 (release r3) waits for the one before it, 3s




        j/k select  p pause  r resume  d drain  b rollback  q quit
        """);

    [Test]
    public void A_release_that_is_told_to_accept() => Expect(
        Model(Status(
            One(1, "r1", "accepting"),
            Starting(2, "r2") with { State = "ready", Ready = Ago(1), Since = Ago(1), Until = null }) with
        {
            Handover = new HandoverStatus(2, [], "switching", Ago(12.3)),
        }), 80, 16, """
        zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.sock
        2 zerglings, 12 connections, 2 requests in flight, memory -, cpu - %

          SOCKET     QUEUED  LIMIT  FULL  STATE  PROTOCOL  ADDRESS
          http-8080       3    100    3%  held   http      127.0.0.1:8080
        ! http-8081      80    100   80%  held   http      127.0.0.1:8080

          ID   PID  KIND      RELEASE  STATE      GEN   AGE  WORK  CONN  REQ  MEM  CPU%
        >  1  2001  app       r1       accepting    1  1m5s     -    12    2    -     -
           2  2002  launcher  r2       ready        0   12s     2     -    -    -     -

        hand-over to 2 (release r2)
          attached -> ready 11.3s -> [accept 12.3s] -> drain -> gone
        zergling 2 waits 1.0s for its turn

        j/k select  p pause  r resume  d drain  b rollback  q quit
        """);

    [Test]
    public void One_who_drains_and_what_that_waits_for() => Expect(Model(Draining), 80, 20, """
        zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.sock
        2 zerglings, 15 connections, 3 requests in flight, memory -, cpu - %

          SOCKET     QUEUED  LIMIT  FULL  STATE  PROTOCOL  ADDRESS
          http-8080       3    100    3%  held   http      127.0.0.1:8080
        ! http-8081      80    100   80%  held   http      127.0.0.1:8080

          ID   PID  KIND  RELEASE  STATE      GEN   AGE  WORK  CONN  REQ  MEM  CPU%
        >  1  2001  app   r1       draining     1  1m5s     -     3    1    -     -
           2  2002  app   r2       accepting    2   14s     -    12    2    -     -

        hand-over to 2 (release r2) from 1
          attached -> ready 1.4s -> accept 1.5s -> drain 2.0s -> [gone 14.0s]
        zergling 1 drains 12.0s, mercy 48s: 1 request in flight, 3 connections
        rollback to release r0 possible for 4m0s more: it has to start again




        j/k select  p pause  r resume  d drain  b rollback  q quit
        """);

    [Test]
    public void The_end_of_a_hand_over_is_shown_for_a_moment()
    {
        var gone = Draining with { Zerglings = [Draining.Zerglings[1]], Rollback = [] };
        var model = Model(Draining).Heard(gone, Nobody, s_now + TimeSpan.FromSeconds(2));
        Expect(model, 80, 12, """
            zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.sock
            1 zergling, 12 connections, 2 requests in flight, memory -, cpu - %
              SOCKET     QUEUED  LIMIT  FULL  STATE  PROTOCOL  ADDRESS
              http-8080       3    100    3%  held   http      127.0.0.1:8080
            ! http-8081      80    100   80%  held   http      127.0.0.1:8080
              ID   PID  KIND  RELEASE  STATE      GEN  AGE  WORK  CONN  REQ  MEM  CPU%
            >  2  2002  app   r2       accepting    2  16s     -    12    2    -     -
            hand-over to 2 (release r2) from 1
              attached -> ready 1.4s -> accept 1.5s -> drain 2.0s -> gone 16.0s


            j/k select  p pause  r resume  d drain  b rollback  q quit
            """);
        model = model.Heard(gone, Nobody, s_now + TimeSpan.FromSeconds(13));
        Assert.That(Text(model, 80, 12), Does.Not.Contain("hand-over"));
    }

    [Test]
    public void Of_many_zerglings_the_selected_one_is_seen() => Expect(
        Model(Status([.. Enumerable.Range(1, 40).Select(id => One(id, "r1", "accepting"))])) with { Selected = 30 },
        80, 24, """
        zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.sock
        40 zerglings, 480 connections, 80 requests in flight, memory -, cpu - %

          SOCKET     QUEUED  LIMIT  FULL  STATE  PROTOCOL  ADDRESS
          http-8080       3    100    3%  held   http      127.0.0.1:8080
        ! http-8081      80    100   80%  held   http      127.0.0.1:8080

          ID   PID  KIND  RELEASE  STATE      GEN   AGE  WORK  CONN  REQ  MEM  CPU%
          17  2017  app   r1       accepting    1  1m5s     -    12    2    -     -
          18  2018  app   r1       accepting    1  1m5s     -    12    2    -     -
          19  2019  app   r1       accepting    1  1m5s     -    12    2    -     -
          20  2020  app   r1       accepting    1  1m5s     -    12    2    -     -
          21  2021  app   r1       accepting    1  1m5s     -    12    2    -     -
          22  2022  app   r1       accepting    1  1m5s     -    12    2    -     -
          23  2023  app   r1       accepting    1  1m5s     -    12    2    -     -
          24  2024  app   r1       accepting    1  1m5s     -    12    2    -     -
          25  2025  app   r1       accepting    1  1m5s     -    12    2    -     -
          26  2026  app   r1       accepting    1  1m5s     -    12    2    -     -
          27  2027  app   r1       accepting    1  1m5s     -    12    2    -     -
          28  2028  app   r1       accepting    1  1m5s     -    12    2    -     -
          29  2029  app   r1       accepting    1  1m5s     -    12    2    -     -
        > 30  2030  app   r1       accepting    1  1m5s     -    12    2    -     -
        + 26 more
        j/k select  p pause  r resume  d drain  b rollback  q quit
        """);

    [Test]
    public void Many_of_everything_on_a_small_screen() => Expect(
        Model(Draining with
        {
            Sockets = [.. Enumerable.Range(0, 9).Select(number => Socket($"http-{8000 + number}", number))],
            Zerglings = [.. Enumerable.Range(1, 9).Select(id => One(id, "r1", "draining"))],
        }), 60, 14, """
        zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.s~
        9 zerglings, 108 connections, 18 requests in flight, memory~
          SOCKET     QUEUED  LIMIT  FULL  STATE  ADDRESS
          http-8000       0    100    0%  held   127.0.0.1:8080
          http-8001       1    100    1%  held   127.0.0.1:8080
        + 7 more
          ID  RELEASE  STATE     GEN   AGE  CONN  REQ  MEM  CPU%
        >  1  r1       draining    1  1m5s    12    2    -     -
           2  r1       draining    1  1m5s    12    2    -     -
        + 7 more
        hand-over to 2 (release r2) from 1
          attached -> ready 0.0s -> accept 2.0s -> drain 2.0s -> [g~
        + 10 more
        j/k select  p pause  r resume  d drain  b rollback  q quit
        """);

    [Test]
    public void On_a_narrow_screen_columns_give_way() => Expect(Model(Draining), 40, 16, """
        zergpool 0.1.0  pid 1234  up 2h3m  gene~
        2 zerglings, 15 connections, 3 requests~

          SOCKET     QUEUED  LIMIT  FULL  STATE
          http-8080       3    100    3%  held
        ! http-8081      80    100   80%  held

          ID  RELEASE  STATE      CONN  REQ
        >  1  r1       draining      3    1
           2  r2       accepting    12    2

        hand-over to 2 (release r2) from 1
          attached -> ready 1.4s -> accept 1.5s~
        zergling 1 drains 12.0s, mercy 48s: 1 r~
        rollback to release r0 possible for 4m0~
        j/k select  p pause  r resume  d drain ~
        """);

    [Test]
    public void A_long_name_of_a_release_is_cut_and_the_question_about_it_is_not() => Expect(
        Model(Status(One(1, new string('x', 90), "accepting"), One(2, "短い名前のリリース", "accepting")))
            .Press(TopKey.Drain),
        64, 11, """
        zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.sock
        2 zerglings, 24 connections, 4 requests in flight, memory -, cp~

          SOCKET     QUEUED  LIMIT  FULL  STATE  ADDRESS
          http-8080       3    100    3%  held   127.0.0.1:8080
        ! http-8081      80    100   80%  held   127.0.0.1:8080

          ID  RELEASE              STATE      GEN   AGE  CONN  REQ  CPU%
        >  1  xxxxxxxxxxxxxxxxxx~  accepting    1  1m5s    12    2     -
           2  短い名前のリリース   accepting    1  1m5s    12    2     -
        drain 1 (release xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx~? y/n
        """);

    [Test]
    public void A_failure_and_the_pools_of_one_process() => Expect(
        Model(Status(
            One(1, "r1", "accepting") with { Pool = "/run/a.sock" },
            One(2, "r1", "down") with { Pool = "/run/b.sock" }) with
        {
            Pools = [new EachPoolStatus("/run/a.sock", 1, null), new EachPoolStatus("/run/b.sock", 1, null)],
            History =
            [
                new HistoryStatus(
                    3, "bad", [], "failed", "worker 1 ended with exit status 3", [], Ago(5), 0.5, "/run/a.sock"),
            ],
        }), 130, 13, """
        zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.sock
        2 zerglings, 24 connections, 4 requests in flight, memory -, cpu - %

          SOCKET     QUEUED  LIMIT  FULL  STATE  PROTOCOL  ADDRESS         POOL
          http-8080       3    100    3%  held   http      127.0.0.1:8080  -
        ! http-8081      80    100   80%  held   http      127.0.0.1:8080  -

          ID   PID  KIND  RELEASE  STATE      GEN   AGE  WORK  CONN  REQ  MEM  CPU%  NAME   POOL
        >  1  2001  app   r1       accepting    1  1m5s     -    12    2    -     -  hello  /run/a.sock
           2  2002  app   r1       down         1  1m5s     -    12    2    -     -  hello  /run/b.sock

        ! release bad failed 4s ago: worker 1 ended with exit status 3
        j/k select  p pause  r resume  d drain  b rollback  q quit
        """);

    [Test]
    public void A_pool_that_does_not_answer() => Expect(
        Model(Status()) with
        {
            Now = s_now + TimeSpan.FromSeconds(7),
            Trouble = "/run/app.sock.ctl: no pool answers there: Connection refused",
        },
        80, 10, """
        zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.sock
        ! no answer for 7s, asks again: /run/app.sock.ctl: no pool answers there: Conne~

          SOCKET     QUEUED  LIMIT  FULL  STATE  PROTOCOL  ADDRESS
          http-8080       3    100    3%  held   http      127.0.0.1:8080
        ! http-8081      80    100   80%  held   http      127.0.0.1:8080

          ID  PID  KIND  RELEASE  STATE  GEN  AGE  WORK  CONN  REQ  MEM  CPU%  NAME
          nobody is attached
        j/k select  p pause  r resume  d drain  b rollback  q quit
        """);

    [Test]
    public void As_text_it_is_as_long_and_wide_as_it_has_to_be() => Expect(
        Model(Draining) with { HasKeys = false, Selected = null }, 4096, 4096, """
        zergpool 0.1.0  pid 1234  up 2h3m  generation 1  /run/app.sock
        2 zerglings, 15 connections, 3 requests in flight, memory -, cpu - %

          SOCKET     QUEUED  LIMIT  FULL  STATE  PROTOCOL  ADDRESS
          http-8080       3    100    3%  held   http      127.0.0.1:8080
        ! http-8081      80    100   80%  held   http      127.0.0.1:8080

          ID   PID  KIND  RELEASE  STATE      GEN   AGE  WORK  CONN  REQ  MEM  CPU%  NAME
           1  2001  app   r1       draining     1  1m5s     -     3    1    -     -  hello
           2  2002  app   r2       accepting    2   14s     -    12    2    -     -  hello

        hand-over to 2 (release r2) from 1
          attached -> ready 1.4s -> accept 1.5s -> drain 2.0s -> [gone 14.0s]
        zergling 1 drains 12.0s, mercy 48s: 1 request in flight, 3 connections
        rollback to release r0 possible for 4m0s more: it has to start again
        """);

    [Test]
    public void Nothing_steers_the_terminal()
    {
        const string Evil = "a\e[31m\r\n\u009b2J\u202eb\u0301\ud800\t\u2028";
        var status = Status(One(1, Evil, "draining") with { Name = Evil, Kind = Evil, Pool = Evil, State = Evil });
        status = status with
        {
            Pool = status.Pool with { Version = Evil, Paths = [Evil] },
            Sockets = [Socket(Evil, 1) with { Address = Evil, Protocol = Evil, State = Evil }],
            Handover = new HandoverStatus(1, [], Evil, s_now),
            Rollback = [new RollbackStatus(Evil, [], s_now, 0, Evil)],
            Deployments = [new DeploymentStatus(1, Evil, "restarting", null, null, Evil, s_now)],
            History = [new HistoryStatus(1, Evil, [], "failed", Evil, [Evil], s_now, 0, Evil)],
        };
        foreach (var model in (TopModel[])
            [
                Model(status), Model(status).Press(TopKey.Drain), Model(status) with { Message = Evil },
                Model(status) with { Trouble = Evil },
            ])
        {
            foreach (var line in TopScreen.Render(model, 200, 40))
                Assert.That(line.Text, Does.Match("^[ -~]*$"));
            Assert.That(
                TopPaint.Frame(TopScreen.Render(model, 200, 40), 200, hasColour: false),
                Does.Match(@"^(\e\[\d+;1H[ -~]{200})+$"));
        }
    }

    [Test]
    public void Every_size_is_kept_to()
    {
        var model = Model(Draining with
        {
            Zerglings = [.. Enumerable.Range(1, 20).Select(id => One(id, "短い名前", "draining"))],
        });
        foreach (var one in (TopModel[])[model, model.Press(TopKey.Pause)])
        {
            for (var width = 1; width < 120; width += 3)
            {
                for (var height = 1; height < 40; height++)
                {
                    var lines = TopScreen.Render(one, width, height);
                    Assert.That(lines, Has.Count.EqualTo(height));
                    Assert.That(lines.Select(line => Cells.Width(line.Text)), Has.All.LessThanOrEqualTo(width));
                }
            }
        }
    }

    [Test]
    public void Colours_say_nothing_that_the_text_does_not()
    {
        var lines = TopScreen.Render(Model(Draining), 80, 20);
        var plain = TopPaint.Frame(lines, 80, hasColour: false);
        var coloured = TopPaint.Frame(lines, 80, hasColour: true);
        Assert.That(plain, Does.Not.Match(@"\e\[[\d;]*m"));
        Assert.That(coloured, Does.Contain("\e[7m> "));
        Assert.That(System.Text.RegularExpressions.Regex.Replace(coloured, @"\e\[[\d;]*m", ""), Is.EqualTo(plain));
    }

    [TestCase("q", "Quit")]
    [TestCase("\u0003", "Interrupt")]
    [TestCase("jk", "Down,Up")]
    [TestCase("\e[A\e[B\eOA\eOB", "Up,Down,Up,Down")]
    [TestCase("\e[1;5Ay", "Up,Yes")]
    [TestCase("\e[15~d", "Other,Drain")]
    [TestCase("\e", "Other")]
    [TestCase("\e[", "Other")]
    [TestCase("prdbyx", "Pause,Resume,Drain,RollBack,Yes,Other")]
    public void Keys(string sent, string keys)
        => Assert.That(string.Join(',', TopKeys.Read([.. sent.Select(one => (byte)one)])), Is.EqualTo(keys));

    [Test]
    public void The_selection_stays_with_its_zergling_and_moves_on_when_that_is_gone()
    {
        var model = Model(Accepting(1, 2, 3));
        Assert.That(model.Press(TopKey.Up).Selected, Is.EqualTo(1));
        model = model.Press(TopKey.Down);
        Assert.That(model.Selected, Is.EqualTo(2));
        model = model.Heard(Accepting(2, 3, 4), Nobody, s_now);
        Assert.That(model.Selected, Is.EqualTo(2));
        model = model.Heard(Accepting(3, 4), Nobody, s_now);
        Assert.That(model.Selected, Is.EqualTo(3));
        model = model.Press(TopKey.Down).Heard(Accepting(3), Nobody, s_now);
        Assert.That(model.Selected, Is.EqualTo(3));
        model = model.Heard(Accepting(), Nobody, s_now);
        Assert.That(model.Selected, Is.Null);
        model = model.Press(TopKey.Drain);
        Assert.That((model.Asked, model.Message), Is.EqualTo(((TopOrder?)null, "nobody is selected")));
    }

    [TestCase(TopKey.Pause, "pause", "pause 3 (release r3)")]
    [TestCase(TopKey.Resume, "resume", "resume 3 (release r3)")]
    [TestCase(TopKey.Drain, "drain", "drain 3 (release r3)")]
    [TestCase(TopKey.RollBack, "rollback", "rollback to release r1")]
    public void An_order_is_asked_about_and_anything_but_yes_is_no(TopKey key, string command, string words)
    {
        var status = Status(One(3, "r3", "accepting")) with
        {
            Rollback = [new RollbackStatus("r1", [1], s_now, 0, null)],
        };
        var asked = Model(status).Press(key);
        Assert.That(Text(asked, 80, 24), Does.EndWith($"\n{words}? y/n"));
        Assert.That(asked.Asked!.Request.Command, Is.EqualTo(command));
        Assert.That(asked.Asked!.Request.Zergling, Is.EqualTo(key == TopKey.RollBack ? null : "3"));
        foreach (var no in (TopKey[])[TopKey.Other, TopKey.Quit, TopKey.Up, TopKey.Drain])
        {
            Assert.That(asked.IsEndedBy(no), Is.False);
            var told = asked.Press(no);
            Assert.That((told.Asked, told.Message), Is.EqualTo(((TopOrder?)null, $"{words}: not done")));
        }

        Assert.That(asked.IsEndedBy(TopKey.Interrupt));
        Assert.That(asked.Press(TopKey.Yes).Message, Is.EqualTo($"{words}: ordered"));

        // Whoever was meant is meant still, whatever else happens meanwhile.
        Assert.That(asked.Heard(Status(One(4, "r4", "accepting")), Nobody, s_now).Asked, Is.EqualTo(asked.Asked));
    }

    private static IReadOnlyDictionary<int, ProcessUsage> Nobody { get; } = new Dictionary<int, ProcessUsage>();

    private static StatusDocument Draining => Status(
        One(1, "r1", "draining") with { Requests = 1, Connections = 3, Since = Ago(12), Until = Ago(-48) },
        One(2, "r2", "accepting") with
        {
            Generation = 2,
            Attached = Ago(14),
            Ready = Ago(12.6),
            Served = Ago(12.5),
        }) with
    {
        Rollback = [new RollbackStatus("r0", [], s_now + TimeSpan.FromMinutes(4), 0, null)],
        History = [new HistoryStatus(2, "r2", [1], "completed", "", [], Ago(14), 2, null)],
    };

    private static TopModel Model(StatusDocument status) => new()
    {
        Status = status,
        Seen = s_now,
        Now = s_now,
        HasKeys = true,
        Selected = status.Zerglings.Count > 0 ? status.Zerglings[0].Id : null,
    };

    private static StatusDocument Status(params ZerglingStatus[] zerglings) => new()
    {
        Pool = new PoolStatus(1234, "0.1.0", Ago(7384), Ago(7384), 33, 33, 1, ["/run/app.sock"]),
        Sockets = [Socket("http-8080", 3), Socket("http-8081", 80)],
        Limits = [],
        Differences = [],
        Zerglings = zerglings,
        Deployments = [],
        Rollback = [],
        History = [],
    };

    private static StatusDocument Accepting(params int[] ids) => Status([.. ids.Select(id => One(id, "r1", "accepting"))]);

    private static SocketStatus Socket(string name, int queued)
        => new(name, "127.0.0.1:8080", "http", queued, 100, "held", null);

    private static ZerglingStatus One(int id, string release, string state) => new(
        id, 2000 + id, 33, "app", "hello", "hello.dll", release, 1, "auto", state, Ago(60), null, Ago(65), Ago(61),
        Ago(60), 12, 2, [], null);

    private static ZerglingStatus Starting(int id, string release) => One(id, release, "starting") with
    {
        Kind = "launcher",
        Generation = 0,
        Since = Ago(12.3),
        Attached = Ago(12.3),
        Until = s_now + TimeSpan.FromMinutes(4),
        Ready = null,
        Served = null,
        Connections = null,
        Requests = null,
        Workers = [7, 8],
    };

    private static DateTimeOffset Ago(double seconds) => s_now - TimeSpan.FromSeconds(seconds);

    private static string Text(TopModel model, int width, int height)
        => string.Join('\n', TopScreen.Render(model, width, height).Select(line => line.Text));

    private static void Expect(TopModel model, int width, int height, string screen)
        => Assert.That(Text(model, width, height), Is.EqualTo(screen), Text(model, width, height));
}
