using System.Net.Sockets;
using System.Text;

namespace Zergling.AspNetCore;

/// <summary>
/// Tells whoever started this process how it is: sd_notify(3). The framework's own sender is silent unless the parent
/// is called systemd.
/// </summary>
internal static class NotifySocket
{
    public static void Tell(string message) => Send(message, isPatient: true);

    /// <summary>The same for what may get lost: it never waits for whoever listens.</summary>
    public static void TryTell(string message) => Send(message, isPatient: false);

    private static void Send(string message, bool isPatient)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Blocking = isPatient;
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path));
            socket.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (SocketException)
        {
            // Whoever asked to be told is gone; serving goes on.
        }
    }
}
