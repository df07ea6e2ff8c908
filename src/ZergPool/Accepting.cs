using System.Net.Sockets;
using Zerg.Posix;

namespace ZergPool;

/// <summary>Accepting connections of the pool's own sockets, where zerglings and operators come in.</summary>
internal static class Accepting
{
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The next connection. One that would take one of the last descriptors is closed: without any neither the pool nor
    /// its runtime could go on.
    /// </summary>
    public static async Task<Socket> NextAsync(Socket listener, Pool pool, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                var accepted = await listener.AcceptAsync(cancel);
                if (!FileLimit.IsNear((int)accepted.Handle))
                    return accepted;
                accepted.Dispose();
                pool.Events.TryWrite(new PoolEvent.SentAway());
            }
            catch (SocketException)
            {
                // Out of descriptors or memory: it may pass.
            }

            await Task.Delay(s_breath, cancel);
        }
    }
}
