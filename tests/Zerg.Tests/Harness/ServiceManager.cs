using System.Net.Sockets;
using System.Text;
using Zerg.Posix;

namespace Zerg.Tests.Harness;

/// <summary>
/// A stand-in for systemd: it hears what a program tells it, keeps the descriptors that it is given (FDSTORE=1), and
/// passes them to whatever is started through it, at 3, 4, ... with LISTEN_FDS and LISTEN_FDNAMES.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private const string Passing =
        """
        import array, os, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.connect(sys.argv[1])
        names, control, _, _ = s.recvmsg(65536, socket.CMSG_SPACE(253 * 4))
        s.close()
        numbers = array.array("i")
        for _, _, data in control: numbers.frombytes(data)
        first = 3 + len(numbers)
        held = [__import__("fcntl").fcntl(n, 1030, max(first, 100)) for n in numbers]
        for i, n in enumerate(held): os.dup2(n, 3 + i)
        if held:
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(held)), LISTEN_FDNAMES=names.decode().strip())
        os.execvp(sys.argv[2], sys.argv[2:])
        """;

    private readonly Socket _notify = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly Socket _passing = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _passingPath;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Name, FileDescriptor Descriptor)> _kept = [];
    private readonly Task _working;

    /// <param name="directory">For its two sockets.</param>
    /// <param name="most">FileDescriptorStoreMax=.</param>
    public ServiceManager(string directory, int most = 253)
    {
        NotifyPath = Path.Combine(directory, "notify");
        _passingPath = Path.Combine(directory, "passing");
        _notify.Bind(new UnixDomainSocketEndPoint(NotifyPath));
        _passing.Bind(new UnixDomainSocketEndPoint(_passingPath));
        _passing.Listen();
        _working = Task.WhenAll(HearAsync(most), PassAsync());
    }

    /// <summary>NOTIFY_SOCKET.</summary>
    public string NotifyPath { get; }

    /// <summary>What a program starts with.</summary>
    public IReadOnlyDictionary<string, string> Variables
        => new Dictionary<string, string> { ["NOTIFY_SOCKET"] = NotifyPath };

    /// <summary>What is to stand before a command so that it gets what is kept.</summary>
    public IReadOnlyList<string> Prefix => ["/usr/bin/python3", "-c", Passing, _passingPath];

    /// <summary>Every message, in order.</summary>
    public LineLog Told { get; } = new();

    /// <summary>The names of what is kept, in order.</summary>
    public IReadOnlyList<string> Kept
    {
        get
        {
            lock (_kept)
                return [.. _kept.Select(one => one.Name)];
        }
    }

    /// <summary>Waits for a message that contains a text; lines are separated by blanks here.</summary>
    public Task<string> ToldAsync(string part, CancellationToken cancel)
        => Told.WaitAsync(line => line.Contains(part, StringComparison.Ordinal), cancel);

    /// <summary>Waits until this is what is kept.</summary>
    public Task KeepsAsync(IEnumerable<string> names, CancellationToken cancel) => Poll.UntilAsync(
        () => Kept.Order().SequenceEqual(names.Order()), () => string.Join(", ", Kept), cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _working.GetAwaiter().GetResult();
        _notify.Dispose();
        _passing.Dispose();
        _kept.ForEach(one => one.Descriptor.Dispose());
        _stop.Dispose();
    }

    private async Task HearAsync(int most)
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                await _notify.ReceiveAsync(new byte[1], SocketFlags.Peek, _stop.Token);
                var came = new List<FileDescriptor>();
                var length = Ancillary.Receive(_notify.SafeHandle, buffer, came);
                if (length < 0)
                    continue;
                var fields = Encoding.UTF8.GetString(buffer, 0, length).Split('\n');
                Keep(fields, came, most);
                Told.Add(string.Join(' ', fields));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // As systemd does: what it has already stays under its first name, and what is too much is closed.
    private void Keep(string[] fields, List<FileDescriptor> came, int most)
    {
        var name = fields.FirstOrDefault(field => field.StartsWith("FDNAME=", StringComparison.Ordinal))?[7..] ?? "stored";
        lock (_kept)
        {
            if (fields.Contains("FDSTOREREMOVE=1"))
            {
                foreach (var gone in _kept.FindAll(one => one.Name == name))
                {
                    _kept.Remove(gone);
                    gone.Descriptor.Dispose();
                }
            }

            foreach (var descriptor in came)
            {
                var isNew = fields.Contains("FDSTORE=1") && _kept.Count < most
                    && !_kept.Exists(one => one.Descriptor.Inode == descriptor.Inode);
                if (isNew)
                    _kept.Add((name, descriptor));
                else
                    descriptor.Dispose();
            }
        }
    }

    private async Task PassAsync()
    {
        try
        {
            while (true)
            {
                using var caller = await _passing.AcceptAsync(_stop.Token);
                lock (_kept)
                {
                    var names = string.Join(':', _kept.Select(one => one.Name)) + " ";
                    Ancillary.Send(
                        caller.SafeHandle, Encoding.ASCII.GetBytes(names), [.. _kept.Select(one => one.Descriptor.Number)]);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
