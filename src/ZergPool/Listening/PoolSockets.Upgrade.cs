using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Upgrading;

namespace ZergPool.Listening;

/// <content>Out of one process image and into the next.</content>
internal sealed partial class PoolSockets
{
    /// <summary>Hands over every socket, those that are leaving last.</summary>
    public IReadOnlyList<PassedSocketState> Freeze(Bequest bequest)
    {
        var all = _sockets.Concat(_leaving).ToList();
        var asked = all.Select(socket => socket.Asked).Distinct().ToList();
        return
        [
            .. all.Select(socket => new PassedSocketState
            {
                Asked = socket.Asked.Address.ToString(),
                Option = asked.IndexOf(socket.Asked),
                IsLeaving = _leaving.Contains(socket),
                Address = socket.Spec.Address.ToString(),
                Protocol = socket.Spec.Protocol,
                Name = socket.Spec.Name,
                From = socket.From,
                Descriptor = bequest.Add(socket.Descriptor),
                File = FileState.Of(socket.File),
            }),
        ];
    }

    /// <summary>Takes them over; the same ones, as the program was asked before.</summary>
    /// <exception cref="SyscallException">The configuration was changed since, and wants what cannot be bound.</exception>
    public static PoolSockets Thaw(PoolOptions options, Inheritance inheritance)
    {
        var table = new PoolSockets();
        foreach (var state in inheritance.State.Sockets)
        {
            // Where it stood tells two apart that are written alike; where they stand now says the configuration.
            var asked = new ListenSpec(
                ListenAddress.Parse(state.Asked).Value!, state.Protocol, SourcePosition.Argument(state.Option + 1));
            (state.IsLeaving ? table._leaving : table._sockets).Add(PoolSocket.Thaw(asked, state, inheritance));
        }

        table.Change(options);
        return table;
    }
}
