using System.Globalization;
using System.Text;
using Mono.Unix.Native;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Listening;
using Errno = Zerg.Posix.Errno;

namespace ZergPool.Upgrading;

/// <summary>
/// Runs another binary with the verb <c>upgrade-check</c> and the arguments of this one, as the user and in the
/// directory it would run later: it must load the configuration and want the same sockets.
/// </summary>
internal static class SuccessorCheck
{
    /// <summary>The hidden verb.</summary>
    public const string Verb = "upgrade-check";

    private const string Run = "run";
    private const string Name = "zergpool";
    private const string Reads = "reads";
    private const int MaxOutput = 256 * 1024;
    private const int MaxReason = 500;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>What a binary of this version answers when it has loaded the configuration.</summary>
    public static string Answer(string version, PoolOptions options)
        => $"{Name} {version} {Reads} {StateHeader.Current}\n{string.Concat(Sockets(options).Select(one => one + "\n"))}";

    /// <summary>Asks it.</summary>
    /// <param name="invocation">How it would be started.</param>
    /// <param name="options">What this pool does.</param>
    public static Successor Ask(Invocation invocation, PoolOptions options)
    {
        try
        {
            using var output = MemoryFile.Create("zergpool-check", MaxOutput);
            using var errors = MemoryFile.Create("zergpool-check", MaxOutput);
            var arguments = invocation.Arguments.Select(Encoding.UTF8.GetString).ToList();
            if (arguments is [Run, ..])
                arguments.RemoveAt(0);
            using var process = Spawn.Start(new SpawnRequest
            {
                Program = invocation.Path,
                Arguments = invocation.Line([Verb, .. arguments]),
                Environment = invocation.Environment,
                Output = output,
                Error = errors,
            });
            var status = Wait(process);
            return Judge(invocation, status, Text(output), Text(errors), options);
        }
        catch (SyscallException problem)
        {
            return new Successor(
                invocation, problem.Message,
                problem.Errno is Errno.EACCES or Errno.EPERM ? ExitCodes.NotPermitted : ExitCodes.System);
        }
    }

    private static ExitStatus? Wait(ProcessHandle process)
    {
        var polled = new[] { new Pollfd { fd = process.Descriptor.Number, events = PollEvents.POLLIN } };
        var isOver = Syscall.poll(polled, (int)s_patience.TotalMilliseconds) > 0;
        if (!isOver)
        {
            process.Signal(Signals.SIGKILL);
            _ = Syscall.poll(polled, -1);
        }

        var status = process.TryWait();
        return isOver ? status : null;
    }

    private static Successor Judge(
        Invocation invocation, ExitStatus? status, string output, string errors, PoolOptions options)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (status is not { } ended)
            return new Successor(invocation, $"{invocation.Program}: no answer within {s_patience.TotalSeconds} s", ExitCodes.System);
        if (ended is not { Exited: true, Number: ExitCodes.Ok } || lines is not [var first, ..]
            || first.Split(' ') is not [Name, var version, Reads, .. var versions])
        {
            var reason = errors.Trim().Length == 0 ? $"{ended}, and it does not say why" : OneLine(errors);
            return new Successor(
                invocation, $"{invocation.Program}: {reason}",
                ended is { Exited: true, Number: ExitCodes.Configuration or ExitCodes.NotPermitted or ExitCodes.System }
                    ? ended.Number : ExitCodes.Failed);
        }

        string[] ours = [.. Sockets(options)];
        var other = lines[1..].Except(ours).Concat(ours.Except(lines[1..])).FirstOrDefault();
        return other is null && lines.Length == ours.Length + 1
            ? new Successor(
                invocation, null, ExitCodes.Ok, version,
                versions.Contains(StateHeader.Current.ToString(CultureInfo.InvariantCulture)))
            : new Successor(
                invocation, $"the configuration has other sockets than this pool: {other}", ExitCodes.Configuration);
    }

    private static IEnumerable<string> Sockets(PoolOptions options) =>
    [
        .. options.Pools.Select(pool => $"pool {pool.Address}"),
        .. OwnSockets.ControlAddresses(options).Select(address => $"control {address}"),
        .. options.Metrics is { } metrics ? [$"metrics {metrics}"] : (string[])[],
        .. options.Sockets.Select(socket => $"socket {socket.Address} {socket.Protocol.ToString().ToLowerInvariant()}"),
    ];

    private static string Text(FileDescriptor file) => Encoding.UTF8.GetString(MemoryFile.Read(file)).TrimEnd('\0');

    private static string OneLine(string text)
    {
        var line = string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(one => one.StartsWith(Name + ": ", StringComparison.Ordinal) ? one[(Name.Length + 2)..] : one));
        return line.Length <= MaxReason ? line : line[..MaxReason] + "...";
    }
}
