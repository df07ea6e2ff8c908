using System.Buffers.Binary;
using Mono.Unix.Native;
using Zerg.Posix;

namespace Zergling.Output;

/// <summary>
/// The process behind <see cref="KeeperLink"/>: one thread that sleeps in poll(2) until the launcher is gone, then
/// passes on what its workers write until the last of them has ended.
/// </summary>
internal sealed class OutputKeeper : IDisposable
{
    /// <summary>The hidden verb that runs it.</summary>
    public const string Verb = "keep-output";

    private const int ChannelNumber = 3;

    private readonly FileDescriptor _channel = new(ChannelNumber);
    private readonly List<OutputStream> _streams = [];
    private readonly List<FileDescriptor> _received = [];
    private readonly LineWriter _output = new(1);
    private readonly LineWriter _error = new(2);
    private bool _orphaned;

    /// <summary>Runs until the last worker is gone, then removes what the launcher would have removed.</summary>
    public static void Run(string directory)
    {
        // Whoever signals everybody of a service (systemd) means the workers; this process ends with them.
        foreach (var signal in (int[])[Signals.SIGTERM, Signals.SIGINT, Signals.SIGHUP, Signals.SIGUSR1, Signals.SIGUSR2])
            Libc.signal(signal, Libc.SIG_IGN);
        using (var keeper = new OutputKeeper())
            keeper.Run();
        PrivateDirectory.Delete(directory);
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private void Run()
    {
        while (!_orphaned || _streams.Count > 0)
        {
            // While the launcher reads, only POLLHUP is asked for, which needs no asking: the last writer is gone.
            var polled = _streams.ConvertAll(stream => new Pollfd
            {
                fd = stream.Descriptor.Number,
                events = _orphaned ? PollEvents.POLLIN : 0,
            });
            if (!_orphaned)
                polled.Add(new Pollfd { fd = ChannelNumber, events = PollEvents.POLLIN });
            var found = polled.ToArray();
            PlainIO.Wait(found);

            for (var i = _streams.Count - 1; i >= 0; i--)
            {
                if (found[i].revents != 0)
                    Serve(i);
            }

            if (!_orphaned && found[^1].revents != 0)
                Receive();
        }
    }

    private void Serve(int index)
    {
        var stream = _streams[index];
        if (_orphaned && stream.Drain(LineAssembler.MaxLine))
            return;
        _streams.RemoveAt(index);
        stream.Dispose();
    }

    private void Receive()
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        try
        {
            var count = Ancillary.Receive(_channel, number, _received);
            if (count < 0)
                return;
            _orphaned = count < number.Length || _received.Count < 2;
        }
        catch (SyscallException)
        {
            _orphaned = true;
        }

        if (_orphaned)
            return;
        var prefix = WorkerOutput.Prefix(BinaryPrimitives.ReadInt32LittleEndian(number));
        _streams.Add(new OutputStream(_received[0], prefix, _output, null));
        _streams.Add(new OutputStream(_received[1], prefix, _error, null));
        _received.Clear();
    }
}
