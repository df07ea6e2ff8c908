using Zerg.Configuration;
using ZergPool.Checking;

namespace Zerg.Tests.Configuration;

internal sealed class ConfigurationReportTests
{
    [Test]
    public void The_table_names_value_and_source()
    {
        string report = CheckTable.Render(new CheckDocument
        {
            Zergpool =
            [
                new("socket", ":80", "a.yml:2:11", []),
                new("worker-reload-mercy", "1m", null, []),
                new("listen", "5", "command line: argument 3", ["'4' at a.yml:3:11"]),
            ],
            SharedSockets = [new("=0", "0.0.0.0:80", "http", ["http at a.yml:4:7"])],
        });

        Assert.That(report, Is.EqualTo(
            """
            zergpool:
            OPTION               VALUE  SOURCE                    OVERRIDES
            socket               :80    a.yml:2:11
            worker-reload-mercy  1m     default
            listen               5      command line: argument 3  '4' at a.yml:3:11

            shared sockets:
            REFERENCE  ADDRESS     PROTOCOL  NAMED BY
            =0         0.0.0.0:80  http      http at a.yml:4:7

            """));
    }

    [Test]
    public void The_pool_shows_what_it_computed()
    {
        IReadOnlyList<EffectiveOption> rows = Yaml.Pool(
            "socket: [':80', =0]",
            "shared-socket: :81",
            "worker-reload-mercy: 120",
            "chmod-socket: 600").Effective;

        Assert.That(Row("zerg-pool"), Is.EqualTo("/run/user/7/zerg/t.sock default"));
        Assert.That(Row("socket"), Is.EqualTo("0.0.0.0:80 t.yml:2:12|=0 t.yml:2:19"));
        Assert.That(Row("worker-reload-mercy"), Is.EqualTo("2m t.yml:4:24"));
        Assert.That(Row("chmod-socket"), Is.EqualTo("0600 t.yml:5:17"));
        Assert.That(Row("listen"), Is.EqualTo("4096 default"));
        Assert.That(Row("control"), Is.EqualTo("/run/user/7/zerg/t.sock.ctl default"));

        string Row(string name) => string.Join('|', rows.Where(row => row.Name == name)
            .Select(row => $"{row.Value} {row.Source?.ToString() ?? "default"}"));
    }
}
