using System.Globalization;
using Zerg;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zergling.AspNetCore;

/// <summary>The sockets that the program zergling, or a service manager, started this process with: sd_listen_fds(3).</summary>
internal sealed class LaunchedSockets
{
    private const int FirstDescriptor = 3;

    private LaunchedSockets(IReadOnlyList<ZergSocket> sockets) => Sockets = sockets;

    public IReadOnlyList<ZergSocket> Sockets { get; }

    /// <summary>Takes them over, so that no child of this process finds them; null when there are none.</summary>
    public static LaunchedSockets? FromEnvironment()
    {
        if (Number("LISTEN_PID") != Environment.ProcessId || Number("LISTEN_FDS") is not { } count || count <= 0
            || (Variable("NOTIFY_SOCKET") ?? Variable("ZERG_WORKER")) is null)
            return null;

        var names = (Variable("LISTEN_FDNAMES") ?? "").Split(':');
        foreach (var used in (string[])["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
            Environment.SetEnvironmentVariable(used, null);
        return new LaunchedSockets(
            [.. Enumerable.Range(0, count).Select(i => Take(FirstDescriptor + i, names.ElementAtOrDefault(i)))]);
    }

    private static ZergSocket Take(int number, string? name)
    {
        // Inherited without FD_CLOEXEC; the duplicate has it.
        using var inherited = new FileDescriptor(number);
        var descriptor = inherited.Duplicate();
        var plain = PlainSocket.Describe(descriptor);
        return new ZergSocket(
            descriptor, string.IsNullOrEmpty(name) ? plain.Name : name, plain.Address, Protocol(name ?? ""));
    }

    // The launcher's names begin with the protocol; a service manager's are its own affair.
    private static string Protocol(string name)
        => name.StartsWith("uwsgi-", StringComparison.Ordinal) ? "uwsgi"
        : name.StartsWith("http-", StringComparison.Ordinal) ? "http"
        : name.StartsWith("https-", StringComparison.Ordinal) ? "https"
        : "any";

    private static string? Variable(string name)
        => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static int? Number(string name)
        => int.TryParse(Variable(name), CultureInfo.InvariantCulture, out var number) ? number : null;
}
