using System.Net.Sockets;

namespace ZergPool;

/// <summary>Accepting connections of the pool's own sockets, where zerglings and operators come in.</summary>
internal static class Accepting
{
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(200);

    /// <summary>The next connection. Out of descriptors it neither fails nor spins, but tries again a little later.</summary>
    public static async Task<Socket> NextAsync(Socket listener, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await listener.AcceptAsync(cancel);
            }
            catch (SocketException)
            {
                await Task.Delay(s_breath, cancel);
            }
        }
    }
}
