using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// One thread in poll(2) over descriptors that a .NET socket cannot wrap: pidfds and pipes. A callback runs on that
/// thread, at once and again for as long as its descriptor is readable: it reads, or removes its registration, and
/// posts what it found to the owner of the state.
/// </summary>
internal sealed class Poller : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<int, Action> _callbacks = new();
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Action<Exception>? _failed;
    private readonly FileDescriptor _wakeRead;
    private readonly FileDescriptor _wakeWrite;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="failed">
    /// Hears of a callback or an action that threw; the callback is not called again. Without it the program ends.
    /// </param>
    public Poller(Action<Exception>? failed = null)
    {
        _failed = failed;
        var ends = new int[2];
        SyscallException.Check(Syscall.pipe(ends), "pipe");
        using var read = new FileDescriptor(ends[0]);
        using var write = new FileDescriptor(ends[1]);
        _wakeRead = read.Duplicate();
        _wakeWrite = write.Duplicate();
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "poller" };
        _thread.Start();
    }

    /// <summary>Calls back whenever the descriptor is readable or at its end.</summary>
    public void Add(FileDescriptor descriptor, Action readable)
    {
        _callbacks[descriptor.Number] = readable;
        Wake();
    }

    /// <summary>Forgets a descriptor; to be called before it is closed.</summary>
    public void Remove(FileDescriptor descriptor)
    {
        _callbacks.TryRemove(descriptor.Number, out _);
        Wake();
    }

    /// <summary>
    /// Runs an action on the poller's thread: whoever closes a descriptor there cannot do it under a callback.
    /// </summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        Wake();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping = true;
        Wake();

        // A callback may wait for a reader of what it writes; the thread is a background one and ends with the program.
        if (Thread.CurrentThread != _thread && !_thread.Join(s_patience))
            return;
        _wakeRead.Dispose();
        _wakeWrite.Dispose();
    }

    private unsafe void Wake()
    {
        var one = (byte)1;
        _ = Syscall.write(_wakeWrite.Number, &one, 1);
    }

    private unsafe void Run()
    {
        var drained = stackalloc byte[64];
        while (!_stopping)
        {
            while (_posted.TryDequeue(out var action))
                Guarded(action);
            var numbers = _callbacks.Keys.ToArray();
            var polled = new Pollfd[numbers.Length + 1];
            polled[0] = new Pollfd { fd = _wakeRead.Number, events = PollEvents.POLLIN };
            for (var i = 0; i < numbers.Length; i++)
                polled[i + 1] = new Pollfd { fd = numbers[i], events = PollEvents.POLLIN };

            if (Syscall.poll(polled, -1) < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
                throw SyscallException.Last("poll");

            if (polled[0].revents != 0)
                _ = Syscall.read(_wakeRead.Number, drained, 64);

            for (var i = 1; i < polled.Length; i++)
            {
                if ((polled[i].revents & PollEvents.POLLNVAL) != 0)
                    _callbacks.TryRemove(polled[i].fd, out _);
                else if (polled[i].revents != 0 && _callbacks.TryGetValue(polled[i].fd, out var readable)
                    && !Guarded(readable))
                    _callbacks.TryRemove(polled[i].fd, out _);
            }
        }
    }

    private bool Guarded(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception problem) when (_failed is not null)
        {
            _failed(problem);
            return false;
        }
    }
}
