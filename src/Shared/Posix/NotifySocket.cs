using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>The receiving end of sd_notify(3): a datagram socket on which the kernel names every sender.</summary>
internal sealed unsafe class NotifySocket : IDisposable
{
    private const int SOL_SOCKET = 1;
    private const int SO_PASSCRED = 16;
    private const int SCM_CREDENTIALS = 2;
    private const int MaxText = 4096;
    private const int ControlSize = 1280; // Credentials, and the 253 descriptors somebody might send along.

    private readonly Socket _socket;

    public NotifySocket(string path)
    {
        Path = path;
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            _socket.Bind(new UnixDomainSocketEndPoint(path));
            _socket.SetRawSocketOption(SOL_SOCKET, SO_PASSCRED, BitConverter.GetBytes(1));
            Descriptor = FileDescriptor.Duplicate(_socket.SafeHandle);
        }
        catch (SocketException problem)
        {
            _socket.Dispose();
            throw new SyscallException("bind", path, problem.NativeErrorCode);
        }
    }

    public string Path { get; }

    /// <summary>Readable when there is something to receive.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>The next notification, or null when there is none.</summary>
    public Notification? TryReceive()
    {
        var buffer = stackalloc byte[MaxText];
        var message = new Msghdr
        {
            msg_control = new byte[ControlSize],
            msg_controllen = ControlSize,
            msg_iov = [new Iovec { iov_base = (nint)buffer, iov_len = MaxText }],
            msg_iovlen = 1,
        };
        const MessageFlags flags = MessageFlags.MSG_DONTWAIT | MessageFlags.MSG_CMSG_CLOEXEC;
        long count;
        do
        {
            count = Syscall.recvmsg(Descriptor.Number, message, flags);
        }
        while (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

        if (count < 0)
            return Marshal.GetLastPInvokeError() == Errno.EAGAIN ? null : throw SyscallException.Last("recvmsg", Path);
        return new Notification(Sender(message), Encoding.UTF8.GetString(buffer, (int)count));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Descriptor.Dispose();
        _socket.Dispose();
        PrivateDirectory.Remove(Path);
    }

    private static int Sender(Msghdr message)
    {
        var pid = 0;
        for (var at = Syscall.CMSG_FIRSTHDR(message); at >= 0; at = Syscall.CMSG_NXTHDR(message, at))
        {
            var header = Cmsghdr.ReadFromBuffer(message, at);
            var data = message.msg_control.AsSpan((int)Syscall.CMSG_DATA(message, at));
            var length = (int)header.cmsg_len - (int)Syscall.CMSG_LEN(0);
            var numbers = MemoryMarshal.Cast<byte, int>(data[..length]);

            // Mono translates SCM_RIGHTS and leaves types it does not know as they are.
            if ((int)header.cmsg_type == SCM_CREDENTIALS)
                pid = numbers[0];
            else if (header.cmsg_type == UnixSocketControlMessage.SCM_RIGHTS)
                Close(numbers);
        }

        return pid;
    }

    // FDSTORE=1 and the like: nobody here keeps what is sent.
    private static void Close(ReadOnlySpan<int> descriptors)
    {
        foreach (var fd in descriptors)
            new FileDescriptor(fd).Dispose();
    }
}
