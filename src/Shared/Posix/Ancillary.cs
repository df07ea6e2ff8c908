using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>Bytes and descriptors in one message of a UNIX stream socket: sendmsg(2), recvmsg(2), unix(7).</summary>
internal static unsafe class Ancillary
{
    /// <summary>The most descriptors the kernel takes in one message (SCM_MAX_FD).</summary>
    public const int MaxDescriptors = 253;

    /// <summary>Sends without waiting and without SIGPIPE.</summary>
    /// <returns>The bytes taken, or -1 when the socket's buffer is full; the descriptors went with the first byte.</returns>
    /// <exception cref="SyscallException">The peer is gone, or the kernel refuses (ETOOMANYREFS).</exception>
    public static int Send(SafeHandle socket, ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors)
    {
        var message = new Msghdr { msg_iovlen = 1 };
        if (!descriptors.IsEmpty)
        {
            var header = new Cmsghdr
            {
                cmsg_len = (long)Syscall.CMSG_LEN((ulong)descriptors.Length * sizeof(int)),
                cmsg_level = UnixSocketProtocol.SOL_SOCKET,
                cmsg_type = UnixSocketControlMessage.SCM_RIGHTS,
            };
            message.msg_control = new byte[Syscall.CMSG_SPACE((ulong)descriptors.Length * sizeof(int))];
            message.msg_controllen = message.msg_control.Length;
            header.WriteToBuffer(message, 0);
            MemoryMarshal.AsBytes(descriptors)
                .CopyTo(message.msg_control.AsSpan((int)Syscall.CMSG_DATA(message, 0)));
        }

        const MessageFlags flags = MessageFlags.MSG_DONTWAIT | MessageFlags.MSG_NOSIGNAL;
        fixed (byte* start = data)
        {
            message.msg_iov = [new Iovec { iov_base = (nint)start, iov_len = (ulong)data.Length }];
            return Result(With(socket, message, (fd, m) => Syscall.sendmsg(fd, m, flags)), "sendmsg");
        }
    }

    /// <summary>Receives without waiting; the descriptors that came along are appended, FD_CLOEXEC set.</summary>
    /// <returns>The bytes received, 0 at the end of the stream, or -1 when there is nothing yet.</returns>
    /// <exception cref="SyscallException">The connection was reset, or descriptors were cut off (MSG_CTRUNC).</exception>
    public static int Receive(SafeHandle socket, Span<byte> buffer, ICollection<FileDescriptor> received)
    {
        var control = new byte[Syscall.CMSG_SPACE(MaxDescriptors * sizeof(int))];
        var message = new Msghdr { msg_control = control, msg_controllen = control.Length, msg_iovlen = 1 };
        const MessageFlags flags = MessageFlags.MSG_DONTWAIT | MessageFlags.MSG_CMSG_CLOEXEC;
        int count;
        fixed (byte* start = buffer)
        {
            message.msg_iov = [new Iovec { iov_base = (nint)start, iov_len = (ulong)buffer.Length }];
            count = Result(With(socket, message, (fd, m) => Syscall.recvmsg(fd, m, flags)), "recvmsg");
        }

        if (count >= 0)
            Claim(message, received);
        return count;
    }

    private static void Claim(Msghdr message, ICollection<FileDescriptor> received)
    {
        for (var at = Syscall.CMSG_FIRSTHDR(message); at >= 0; at = Syscall.CMSG_NXTHDR(message, at))
        {
            var header = Cmsghdr.ReadFromBuffer(message, at);
            if (header.cmsg_level != UnixSocketProtocol.SOL_SOCKET
                || header.cmsg_type != UnixSocketControlMessage.SCM_RIGHTS)
                continue;

            var data = message.msg_control.AsSpan((int)Syscall.CMSG_DATA(message, at));
            var length = (int)header.cmsg_len - (int)Syscall.CMSG_LEN(0);
            foreach (var fd in MemoryMarshal.Cast<byte, int>(data[..length]))
                received.Add(new FileDescriptor(fd));
        }

        if ((message.msg_flags & MessageFlags.MSG_CTRUNC) != 0)
            throw new SyscallException("recvmsg", "descriptors were cut off", 0);
    }

    private static long With(SafeHandle socket, Msghdr message, Func<int, Msghdr, long> call)
    {
        var borrowed = false;
        try
        {
            socket.DangerousAddRef(ref borrowed);
            long result;
            do
            {
                result = call((int)socket.DangerousGetHandle(), message);
            }
            while (result < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
            return result;
        }
        finally
        {
            if (borrowed)
                socket.DangerousRelease();
        }
    }

    private static int Result(long result, string call) => result >= 0 ? (int)result
        : Marshal.GetLastPInvokeError() == Errno.EAGAIN ? -1 : throw SyscallException.Last(call);
}
