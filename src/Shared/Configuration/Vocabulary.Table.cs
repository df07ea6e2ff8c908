namespace Zerg.Configuration;

internal static partial class Vocabulary
{
    private static OptionDefinition[] Table() =>
    [
        new("zerg-pool", ValueKind.Pool, ProgramKinds.Both)
        {
            Value = "PATH[:ADDRESS,...]",
            Default = "/run/zerg/NAME.sock as root, else $XDG_RUNTIME_DIR/zerg/NAME.sock",
            Description = "UNIX socket on which zerglings attach, and the addresses they get there; "
                + "without addresses, every socket of the file",
            Repeatable = true,
            Uwsgi = "zerg-pool",
            Difference = "IPv6; the list may be left out, and may name =N",
            Aliases = ["zergpool"],
        },
        new("zerg", ValueKind.Path, ProgramKinds.Zergling)
        {
            Value = "PATH",
            Default = "the pool of the same file",
            Description = "pool to attach to",
            Repeatable = true,
            Uwsgi = "zerg",
        },
        new("zerg-fallback", ValueKind.Boolean, ProgramKinds.Zergling)
        {
            Value = "BOOL",
            Default = "false",
            Description = "without the pool, bind the sockets of the file and serve",
            Uwsgi = "zerg-fallback",
            Difference = "needs no socket lines that match the pool's",
        },
        new("legacy-fifo", ValueKind.Path, ProgramKinds.Pool)
        {
            Value = "PATH",
            Default = "none",
            Description = "master FIFO of a real uWSGI zergling, through which it is paused and drained",
            Repeatable = true,
        },
        new("socket", ValueKind.Address, ProgramKinds.Both)
        {
            Value = "ADDRESS",
            Default = "none",
            Description = "socket that speaks the uwsgi protocol, or =N for the N-th shared-socket",
            Repeatable = true,
            Uwsgi = "socket",
            Difference = "also [IPV6]:PORT and *:PORT; a port must be a number",
            Aliases = ["uwsgi-socket"],
        },
        new("http-socket", ValueKind.Address, ProgramKinds.Both)
        {
            Value = "ADDRESS",
            Default = "none",
            Description = "socket that speaks HTTP, or =N for the N-th shared-socket",
            Repeatable = true,
            Uwsgi = "http-socket",
            Aliases = ["http11-socket"],
        },
        new("http", ValueKind.Address, ProgramKinds.Both)
        {
            Value = "ADDRESS",
            Default = "none",
            Description = "the same as http-socket: there is no router in between",
            Repeatable = true,
            Uwsgi = "http",
            Difference = "no router in between",
            Aliases = ["httprouter"],
        },
        new("https", ValueKind.Address, ProgramKinds.Both)
        {
            Value = "ADDRESS[,CERT,KEY]",
            Default = "none",
            Description = "socket that speaks HTTPS, with the files that the zergling opens",
            Repeatable = true,
            Uwsgi = "https",
            Difference = "no router in between; ciphers and a client's CA are not taken",
            Aliases = ["https-socket"],
        },
        new("shared-socket", ValueKind.Address, ProgramKinds.Both)
        {
            Value = "ADDRESS[,CERT,KEY]",
            Default = "none",
            Description = "socket that other options name by =N, counted from 0; it speaks what they speak",
            Repeatable = true,
            Uwsgi = "shared-socket",
            Difference = "a certificate behind it is the one of the https that names it",
            Aliases = ["undeferred-shared-socket"],
        },
        new("listen", ValueKind.Number, ProgramKinds.Both)
        {
            Value = "N",
            Default = "4096",
            Description = "connections that may wait in the backlog of a socket",
            Uwsgi = "listen",
            Difference = "100 there; more than somaxconn is a warning",
        },
        new("chmod-socket", ValueKind.Mode, ProgramKinds.Both)
        {
            Value = "MODE",
            Default = "0660",
            Description = "mode of the socket files passed on, 3 or 4 octal digits; without a value 0666",
            Uwsgi = "chmod-socket",
            Difference = "4 digits as well; who may attach is for allow-uid and allow-gid",
            Aliases = ["chmod"],
        },
        new("chown-socket", ValueKind.Owner, ProgramKinds.Both)
        {
            Value = "USER[:GROUP]",
            Default = "the uid and gid that serve",
            Description = "owner of the socket files passed on",
            Uwsgi = "chown-socket",
            Difference = "for the sockets of a pool too",
        },
        new("uid", ValueKind.User, ProgramKinds.Pool)
        {
            Value = "USER",
            Default = "the user that starts the pool",
            Description = "user to become once the sockets are bound",
            Uwsgi = "uid",
            Difference = "with its primary group and its supplementary groups, for good",
        },
        new("gid", ValueKind.Group, ProgramKinds.Pool)
        {
            Value = "GROUP",
            Default = "the primary group of uid",
            Description = "group to become once the sockets are bound",
            Uwsgi = "gid",
        },
        new("allow-uid", ValueKind.User, ProgramKinds.Pool)
        {
            Value = "USER",
            Default = "root and the pool's own",
            Description = "user whose processes may attach",
            Repeatable = true,
        },
        new("allow-gid", ValueKind.Group, ProgramKinds.Pool)
        {
            Value = "GROUP",
            Default = "none",
            Description = "group whose processes may attach",
            Repeatable = true,
        },
        new("control", ValueKind.Path, ProgramKinds.Pool)
        {
            Value = "PATH",
            Default = "the first zerg-pool path with .ctl after it",
            Description = "UNIX socket that takes commands; every pool also has one at its own path with .ctl after it",
        },
        new("control-uid", ValueKind.User, ProgramKinds.Pool)
        {
            Value = "USER",
            Default = "root and the pool's own",
            Description = "user who may give orders",
            Repeatable = true,
        },
        new("control-gid", ValueKind.Group, ProgramKinds.Pool)
        {
            Value = "GROUP",
            Default = "none",
            Description = "group whose members may give orders",
            Repeatable = true,
        },
        new("processes", ValueKind.Number, ProgramKinds.Zergling)
        {
            Value = "N",
            Default = "1",
            Description = "workers of a zergling",
            Uwsgi = "processes",
            Aliases = ["workers"],
        },
        new("threads", ValueKind.Number, ProgramKinds.Zergling)
        {
            Value = "N",
            Default = "the application's own choice",
            Description = "threads of a worker, told to it as ZERG_THREADS",
            Uwsgi = "threads",
            Difference = "told to the application, which starts them",
        },
        new("command", ValueKind.Command, ProgramKinds.Zergling)
        {
            Value = "COMMAND",
            Default = "none",
            Description = "what a worker runs: one text, split into words as a shell would, or a list of words",
        },
        new("chdir", ValueKind.Path, ProgramKinds.Zergling)
        {
            Value = "DIR",
            Default = "where the zergling starts",
            Description = "working directory of the workers",
            Uwsgi = "chdir",
        },
        new("env", ValueKind.Environment, ProgramKinds.Zergling)
        {
            Value = "KEY=VALUE",
            Default = "none",
            Description = "environment variable of the workers",
            Repeatable = true,
            Uwsgi = "env",
        },
        new("max-fd", ValueKind.Number, ProgramKinds.Zergling)
        {
            Value = "N",
            Default = "the limit of the zergling",
            Description = "file descriptors that a worker may open",
            Uwsgi = "max-fd",
        },
        new("release", ValueKind.Text, ProgramKinds.Zergling)
        {
            Value = "LABEL",
            Default = "the commit of the working directory, else the newest time of command and configuration",
            Description = "label of the code that runs",
        },
        new("name", ValueKind.Text, ProgramKinds.Both)
        {
            Value = "NAME",
            Default = "the name of the file without its ending",
            Description = "name of the application, NAME in the path of its pool",
        },
        new("zerg-mode", ValueKind.Choice, ProgramKinds.Zergling)
        {
            Value = "MODE",
            Default = "auto",
            Description = "auto (another release replaces, the same joins), replace, join, or standby",
        },
        new("ready", ValueKind.Readiness, ProgramKinds.Zergling)
        {
            Value = "CHECK",
            Default = "start",
            Description = "when a worker is ready: start (it runs, and still does after a second), notify (it says so by sd_notify), "
                + "http:/PATH or http://HOST/PATH (it answers), delay:DURATION (it has run that long)",
        },
        new("adopt", ValueKind.Process, ProgramKinds.Pool)
        {
            Value = "PID|auto",
            Default = "an address in use is an error",
            Description = "take an address that another process listens on over from it, which needs root: from PID and "
                + "its descendants, or from anybody; without a value auto",
        },
        new("recover-timeout", ValueKind.Duration, ProgramKinds.Pool)
        {
            Value = "DURATION",
            Default = "10s",
            Description = "how long a pool that comes back waits for the sockets that zerglings hold; 0 does not wait",
        },
        new("max-sessions", ValueKind.Number, ProgramKinds.Pool)
        {
            Value = "N",
            Default = "256",
            Description = "zerglings with a session at a time; one more is told to try again (75)",
        },
        new("max-handshakes", ValueKind.Number, ProgramKinds.Pool)
        {
            Value = "N",
            Default = "32",
            Description = "connections that have not said hello yet; more of them wait, and the oldest gives way",
        },
        new("handshake-timeout", ValueKind.Duration, ProgramKinds.Pool)
        {
            Value = "DURATION",
            Default = "5s",
            Description = "how long such a connection may be silent",
        },
        new("max-history", ValueKind.Number, ProgramKinds.Pool)
        {
            Value = "N",
            Default = "32",
            Description = "ended hand-overs that the status still tells",
        },
        new("journal", ValueKind.Path, ProgramKinds.Pool)
        {
            Value = "PATH",
            Default = "each zerg-pool path with .history after it",
            Description = "file that keeps how every hand-over ended, for zergpool history and for the pool that comes next",
        },
        new("journal-size", ValueKind.Size, ProgramKinds.Pool)
        {
            Value = "SIZE",
            Default = "1MiB",
            Description = "size beyond which the older half of that file is dropped, at least 4KiB",
        },
        new("metrics", ValueKind.Address, ProgramKinds.Pool)
        {
            Value = "ADDRESS",
            Default = "none",
            Description = "where the pool tells its metrics over HTTP: a loopback address with a port, a path, or @NAME",
        },
        new("ready-timeout", ValueKind.Duration, ProgramKinds.Both)
        {
            Value = "DURATION",
            Default = "5m",
            Description = "time to become ready in; a release that does not is stopped and the old one serves on",
        },
        new("check-command", ValueKind.Command, ProgramKinds.Pool)
        {
            Value = "COMMAND",
            Default = "none",
            Description = "a release that is ready serves once this exits with 0; it gets ZERG_RELEASE and ZERG_PROBE, "
                + "the UNIX address where the release answers",
        },
        new("check-timeout", ValueKind.Duration, ProgramKinds.Pool)
        {
            Value = "DURATION",
            Default = "1m",
            Description = "time for check-command to exit in",
        },
        new("hook-attached", ValueKind.Command, ProgramKinds.Pool)
        {
            Value = "COMMAND",
            Default = "none",
            Description = "is run when a zergling has attached",
        },
        new("hook-ready", ValueKind.Command, ProgramKinds.Pool)
        {
            Value = "COMMAND",
            Default = "none",
            Description = "is run when a zergling could serve",
        },
        new("hook-handover", ValueKind.Command, ProgramKinds.Pool)
        {
            Value = "COMMAND",
            Default = "none",
            Description = "is run when a release has taken over",
        },
        new("hook-drained", ValueKind.Command, ProgramKinds.Pool)
        {
            Value = "COMMAND",
            Default = "none",
            Description = "is run when a zergling has drained and left",
        },
        new("hook-failed", ValueKind.Command, ProgramKinds.Pool)
        {
            Value = "COMMAND",
            Default = "none",
            Description = "is run when a release did not come to serve, see ZERG_REASON",
        },
        new("hook-rolled-back", ValueKind.Command, ProgramKinds.Pool)
        {
            Value = "COMMAND",
            Default = "none",
            Description = "is run when the release before serves again",
        },
        new("hook-timeout", ValueKind.Duration, ProgramKinds.Pool)
        {
            Value = "DURATION",
            Default = "1m",
            Description = "time for a hook to exit in, before it and its process group are killed",
        },
        new("launcher", ValueKind.Path, ProgramKinds.Pool)
        {
            Value = "PATH",
            Default = "zergling beside zergpool, else in PATH",
            Description = "the program that zergpool deploy and up start",
        },
        new("up", ValueKind.Boolean, ProgramKinds.Pool)
        {
            Value = "BOOL",
            Default = "false",
            Description = "start the command of this configuration too, when nobody is attached",
        },
        new("strategy", ValueKind.Choice, ProgramKinds.Pool)
        {
            Value = "HOW",
            Default = "blue-green",
            Description = "blue-green (all workers of the new release start, then it takes over), rolling (one worker more, "
                + "then one of the old ones less), or canary (the same, and a stop at a share of them)",
        },
        new("canary", ValueKind.Share, ProgramKinds.Pool)
        {
            Value = "SHARE",
            Default = "1/8",
            Description = "the share of the workers that a canary stops at, at least one; also 10%",
        },
        new("bake", ValueKind.Duration, ProgramKinds.Pool)
        {
            Value = "DURATION",
            Default = "1m",
            Description = "how long a canary serves beside the old release before the rest follows",
        },
        new("canary-empty", ValueKind.Choice, ProgramKinds.Pool)
        {
            Value = "pass|fail",
            Default = "pass",
            Description = "what to make of a canary that has answered too few requests to be judged",
        },
        new("rollback-window", ValueKind.Duration, ProgramKinds.Pool)
        {
            Value = "DURATION",
            Default = "0",
            Description = "how long a release that was replaced waits in standby, to be gone back to at once",
        },
        new("max-crashes", ValueKind.Number, ProgramKinds.Pool)
        {
            Value = "N",
            Default = "3",
            Description = "workers of a new release that may die within rollback-window; one more goes back",
        },
        new("watch", ValueKind.Text, ProgramKinds.Pool)
        {
            Value = "TERM,...",
            Default = "none",
            Description = "what the responses of a new release have to be like within rollback-window, such as 5xx<1%,p99<500ms; "
                + "otherwise the pool goes back",
        },
        new("watch-requests", ValueKind.Number, ProgramKinds.Pool)
        {
            Value = "N",
            Default = "100",
            Description = "responses of the new release that there have to be before watch decides anything",
        },
        new("max-generations", ValueKind.Number, ProgramKinds.Pool)
        {
            Value = "N",
            Default = "0",
            Description = "generations that may drain at a time, the oldest is told to leave at once; 0: any number",
        },
        new("worker-reload-mercy", ValueKind.Duration, ProgramKinds.Both)
        {
            Value = "DURATION",
            Default = "1m",
            Description = "time to finish in when asked to stop, before force is used",
            Uwsgi = "worker-reload-mercy",
            Difference = "also 90s, 2m",
        },
        new("drain-idle", ValueKind.Duration, ProgramKinds.Zergling)
        {
            Value = "DURATION",
            Default = "10s",
            Description = "time that an idle kept-alive connection has for one more request during a drain",
        },
        new("stop-signal", ValueKind.Signal, ProgramKinds.Zergling)
        {
            Value = "SIGNAL",
            Default = "TERM",
            Description = "signal that asks a worker to finish and leave",
        },
        new("logto", ValueKind.Path, ProgramKinds.Both)
        {
            Value = "PATH",
            Default = "stderr",
            Description = "file to log to",
            Uwsgi = "logto",
        },
        new("log-level", ValueKind.Choice, ProgramKinds.Both)
        {
            Value = "LEVEL",
            Default = "info",
            Description = "least level that is logged: debug, info, warning, or error",
        },
        new("strict", ValueKind.Boolean, ProgramKinds.Both)
        {
            Value = "BOOL",
            Default = "false",
            Description = "every warning about the configuration is an error",
            Uwsgi = "strict",
            Difference = "there only an unknown option is",
        },
    ];
}
