using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>read(2), write(2) and poll(2) on descriptors that are no sockets.</summary>
internal static unsafe class PlainIO
{
    /// <summary>Reads what is there: 0 at the end (or when reading fails), -1 when there is nothing yet.</summary>
    public static int Read(FileDescriptor descriptor, Span<byte> buffer) => Read(descriptor.Number, buffer);

    /// <inheritdoc cref="Read(FileDescriptor, Span{byte})"/>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            long count;
            do
            {
                count = Syscall.read(descriptor, start, (ulong)buffer.Length);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
            return count >= 0 ? (int)count : Marshal.GetLastPInvokeError() == Errno.EAGAIN ? -1 : 0;
        }
    }

    /// <summary>Writes all of it, in one piece where the kernel takes it so, waiting for a slow reader.</summary>
    /// <returns>False when there is no reader any more.</returns>
    public static bool WriteAll(int descriptor, ReadOnlySpan<byte> data)
        => Write(descriptor, data, out _) == data.Length;

    /// <summary>Writes as much of it as can be written, waiting for a slow reader.</summary>
    /// <returns>How many bytes that were, with the error that ended it.</returns>
    public static int Write(int descriptor, ReadOnlySpan<byte> data, out int errno)
    {
        errno = 0;
        var at = 0;
        fixed (byte* start = data)
        {
            while (at < data.Length && errno == 0)
            {
                var count = Syscall.write(descriptor, start + at, (ulong)(data.Length - at));
                if (count >= 0)
                    at += (int)count;
                else if (Marshal.GetLastPInvokeError() == Errno.EAGAIN)
                    Wait([new Pollfd { fd = descriptor, events = PollEvents.POLLOUT }]);
                else if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var failure)
                    errno = failure;
            }
        }

        return at;
    }

    /// <summary>Waits until something has happened to one of the descriptors, or for so many milliseconds.</summary>
    public static void Wait(Pollfd[] polled, int patience = -1)
    {
        if (Syscall.poll(polled, patience) < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw SyscallException.Last("poll");
    }
}
