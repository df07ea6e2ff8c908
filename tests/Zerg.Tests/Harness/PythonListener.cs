namespace Zerg.Tests.Harness;

/// <summary>A process of its own that listens somewhere, and says where.</summary>
internal sealed class PythonListener : IDisposable
{
    private const string Source =
        """
        import os, signal, socket, sys
        address, options, copies = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3])
        listeners = []
        for _ in range(copies):
            if ":" in address:
                host, port = address.rsplit(":", 1)
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                s = socket.socket(family, socket.SOCK_STREAM)
                if "reuseport" in options: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int("only" in options))
                s.bind((host, int(port)))
                address = "%s:%d" % (host, s.getsockname()[1])
            else:
                s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                s.bind("\0" + address[1:] + "\0" if address[0] == "@" else address)
            s.listen(10)
            listeners.append(s)
        for _ in range(int("fork" in options)):
            if os.fork() == 0: signal.pause()
        print("listens at", address, flush=True)
        signal.pause()
        """;

    private readonly ChildProcess _process;

    private PythonListener(ChildProcess process) => _process = process;

    public int Pid => _process.Pid;

    /// <summary>Starts it.</summary>
    /// <param name="address">HOST:PORT, @NAME or a path, as it is given to bind.</param>
    /// <param name="directory">Where it is relative to.</param>
    /// <param name="options">Of reuseport, only (IPv6 without IPv4) and fork (a child holds it as well).</param>
    /// <param name="copies">How many sockets.</param>
    public static PythonListener Start(string address, string? directory = null, string options = "", int copies = 1)
        => new(ChildProcess.Start(
            "/usr/bin/python3", ["-c", Source, address, options, $"{copies}"], directory: directory));

    /// <summary>Waits until it listens.</summary>
    /// <returns>Where.</returns>
    public async Task<string> ListeningAsync(CancellationToken cancel)
        => (await _process.OutputAsync("listens at ", cancel))["listens at ".Length..];

    /// <summary>Ends it, and waits until it is gone.</summary>
    public void End() => ProcessTree.End([Pid]);

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();
}
