using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Zerg.Posix;

/// <summary>A failed system call: the call, what it was about, and the system's own words.</summary>
internal sealed class SyscallException : IOException
{
    public SyscallException(string call, string subject, int errno, string detail = "")
        : base($"{call}{(subject.Length > 0 ? " " : "")}{subject}: {Describe(errno)}{detail}")
    {
        Errno = errno;
    }

    /// <summary>The error number, see errno(3).</summary>
    public int Errno { get; }

    /// <summary>The system's text for an error number, as strerror(3) gives it.</summary>
    public static string Describe(int errno) => new Win32Exception(errno).Message;

    /// <summary>What kept a UNIX socket from being connected, in the system's words.</summary>
    public static string Explain(Exception problem) => problem switch
    {
        // .NET has no name for ENOENT among the errors of sockets and borrows this one.
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => Describe(Posix.Errno.ENOENT),
        SocketException socket => Describe(socket.NativeErrorCode),
        _ => problem.Message,
    };

    /// <summary>Returns <paramref name="result"/>, or throws when it is negative.</summary>
    public static int Check(int result, string call, string subject = "")
        => result < 0 ? throw Last(call, subject) : result;

    /// <summary>The exception for the call that failed last on this thread.</summary>
    public static SyscallException Last(string call, string subject = "")
        => new(call, subject, Marshal.GetLastPInvokeError());
}
