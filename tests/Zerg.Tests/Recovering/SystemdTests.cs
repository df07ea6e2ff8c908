using Zerg.Tests.Harness;

namespace Zerg.Tests.Recovering;

/// <summary>A pool under a real systemd: a user instance in namespaces and a control group of its own.</summary>
[Category("Root"), Category("Systemd")]
internal sealed class SystemdTests
{
    private const int NoGroup = 75;

    // The group is left again by the shell alone, so that it can be removed.
    private const string Outside =
        """
        v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
        group=$v2/zt-$$
        mkdir "$group" && echo $$ > "$group/cgroup.procs" || exit 75
        unshare --cgroup --mount --pid --fork --mount-proc --kill-child sh "$1" "$2" "$3"
        status=$?
        echo $$ > "$v2/cgroup.procs"
        find "$group" -depth -type d -exec rmdir {} \;
        exit $status
        """;

    private const string Inside =
        """
        set -eu
        mount -t tmpfs none /run
        mount -t cgroup2 none /sys/fs/cgroup
        mkdir -p /run/systemd/system /run/user/0/systemd/user
        export XDG_RUNTIME_DIR=/run/user/0
        unset DBUS_SESSION_BUS_ADDRESS
        cat > /run/user/0/systemd/user/pool.service <<END
        [Service]
        Type=notify
        ExecStart=/usr/bin/env dotnet $1 --zerg-pool $2/pool.sock:127.0.0.1:0,$2/app.sock
        KillMode=process
        Restart=on-failure
        RestartSec=100ms
        RestartPreventExitStatus=64 78
        FileDescriptorStoreMax=16
        StandardError=append:$2/log
        END
        /lib/systemd/systemd --user --log-target=null --unit=default.target &
        until [ -S /run/user/0/systemd/private ]; do kill -0 $!; sleep 0.05; done
        show() { systemctl --user show --value --property="$1" pool; }
        until_is() { until [ "$(show "$1")" = "$2" ]; do sleep 0.05; done; }
        systemctl --user start pool
        until_is NFileDescriptorStore 2
        echo "stored 2"
        kill -KILL "$(show MainPID)"
        until_is NRestarts 1
        until_is ActiveState active
        echo "active again: $(show StatusText)"
        systemctl --user restart pool
        echo "restarted"
        systemctl --user stop pool
        echo "exited with $(show ExecMainStatus)"
        """;

    [Test, CancelAfter(120_000)]
    public async Task It_keeps_what_a_killed_pool_held(CancellationToken cancel)
    {
        Assume.That(Environment.IsPrivilegedProcess, "needs root for namespaces");
        Peers.Require("systemd");
        using var temporary = new TemporaryDirectory();
        using var play = ChildProcess.Start(
            "sh",
            [
                "-c", Outside, "sh", temporary.Write("inside.sh", Inside.Replace("\r", "", StringComparison.Ordinal)),
                ProgramFiles.ZergPool, temporary.Path,
            ]);
        var status = await play.ExitAsync(cancel);
        if (status == NoGroup)
            Assert.Pass("no control group of its own can be had here, so no systemd can run");
        Assert.That(status, Is.Zero, string.Join('\n', play.Error.Lines.Concat(play.Output.Lines)));
        await play.OutputAsync("exited with ", cancel);
        Assert.That(
            play.Output.Lines, Is.EqualTo(new[]
            {
                "stored 2", "active again: generation 0: no zergling", "restarted", "exited with 0",
            }));

        var log = await File.ReadAllLinesAsync(temporary.File("log"), cancel);
        var back = log.Where(line => line.EndsWith("is back, from the service manager", StringComparison.Ordinal)).ToList();
        Assert.That(back.Count(line => line.Contains("127.0.0.1:")), Is.EqualTo(2), string.Join('\n', log));

        // With nobody who serves it the path goes, but not within the time in which somebody may come back.
        Assert.That(back.Count(line => line.Contains("app.sock")), Is.InRange(1, 2), string.Join('\n', log));
    }
}
