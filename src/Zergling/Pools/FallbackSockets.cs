using Zerg;
using Zerg.Configuration;
using Zerg.Posix;

namespace Zergling.Pools;

/// <summary>Binds by itself what a pool would have passed over, option <c>zerg-fallback</c>.</summary>
internal static class FallbackSockets
{
    /// <summary>Binds all of them, or none.</summary>
    /// <exception cref="IOException">One is in use, or not permitted.</exception>
    public static IReadOnlyList<ZergSocket> Bind(ZerglingOptions options)
    {
        var owner = options.FallbackSocketOwner;
        var file = new UnixSocketFile(options.FallbackSocketMode, owner?.User.Id, owner?.Group?.Id);
        var bound = new List<(ListeningSocket Socket, ListenSpec Spec)>();
        try
        {
            foreach (var spec in options.FallbackSockets)
            {
                foreach (var socket in ListeningSocket.BindAll(spec.Address, options.FallbackBacklog, file))
                    bound.Add((socket, spec with { Address = socket.Address }));
            }
        }
        catch
        {
            bound.ForEach(each => each.Socket.Dispose());
            throw;
        }

        var named = SocketNames.Assign([.. bound.Select(each => each.Spec)]);
        return [.. bound.Zip(named, (each, spec) => new ZergSocket(
            each.Socket.Descriptor, spec.Name, spec.Address.ToString(), spec.Protocol.ToString().ToLowerInvariant()))];
    }
}
