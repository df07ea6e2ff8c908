using Zerg;
using Zerg.Configuration;
using Zerg.Posix;

namespace Zergling.Pools;

/// <summary>What was bound here because no pool passed it over, option <c>zerg-fallback</c>.</summary>
internal sealed class FallbackSockets : IDisposable
{
    private readonly List<ListeningSocket> _bound = [];
    private readonly Dictionary<string, (ulong Device, ulong Inode)> _files = [];

    /// <summary>As a pool would have named them.</summary>
    public IReadOnlyList<ZergSocket> Sockets { get; private set; } = [];

    /// <summary>Binds all of them, or none.</summary>
    /// <exception cref="IOException">One is in use, or not permitted.</exception>
    public static FallbackSockets Bind(ZerglingOptions options)
    {
        var sockets = new FallbackSockets();
        try
        {
            sockets.BindAll(options);
            return sockets;
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    /// <summary>Lets go of them, and removes the files that no other process has put its own in the place of.</summary>
    public void Dispose()
    {
        foreach (var (path, identity) in _files)
            UnixSocketFile.Remove(path, identity);
        _bound.ForEach(socket => socket.Dispose());
    }

    private void BindAll(ZerglingOptions options)
    {
        var owner = options.FallbackSocketOwner;
        var file = new UnixSocketFile(options.FallbackSocketMode, owner?.User.Id, owner?.Group?.Id);
        var specs = new List<ListenSpec>();
        foreach (var spec in options.FallbackSockets)
        {
            foreach (var socket in ListeningSocket.BindAll(spec.Address, options.FallbackBacklog, file))
            {
                _bound.Add(socket);
                specs.Add(spec with { Address = socket.Address });
                if (socket.Address.Kind == AddressKind.Path
                    && UnixSocketFile.IdentityOf(socket.Address.ToString(), socket.Descriptor) is { } identity)
                    _files[socket.Address.ToString()] = identity;
            }
        }

        Sockets =
        [
            .. _bound.Zip(SocketNames.Assign(specs), (socket, spec) => new ZergSocket(
                socket.Descriptor, spec.Name, spec.Address.ToString(), spec.Protocol.ToString().ToLowerInvariant())),
        ];
    }
}
