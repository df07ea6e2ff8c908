using Zerg;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore;

/// <content>The sockets: those there are from the start, and those that come and go.</content>
internal sealed partial class Overseer
{
    /// <summary>Takes over the sockets of a pool, before Kestrel binds.</summary>
    /// <exception cref="ZergException">One of them speaks what this app does not, or has no certificate.</exception>
    public async Task AddAsync(Attachment attachment, IReadOnlyList<ZergSocket> sockets)
    {
        _attachments.Add(attachment);
        foreach (var socket in sockets)
        {
            if (WhyNot(socket) is not { } reason)
            {
                try
                {
                    attachment.Gates[socket.Name] = _listeners.Add(socket);
                    continue;
                }
                catch (IOException problem)
                {
                    reason = $"'{socket.Address}' speaks https: {problem.Message}";
                }
            }

            await FailedAsync(reason);
            throw new ZergException($"{attachment.Source}: {reason}", ExitCodes.Configuration);
        }

        Log.Attached(
            _log, attachment.Source, _options.Release, string.Join(' ', sockets.Select(socket => socket.Address)));
    }

    /// <summary>Warns of addresses that Kestrel serves beside those that were passed.</summary>
    public void Compare(IEnumerable<string> served)
    {
        foreach (var other in served.Except(_listeners.All.Select(listener => listener.Url)))
            Log.BoundBeside(_log, other);
    }

    private static string? WhyNot(ZergSocket socket) => socket.Protocol is "http" or "https" or "any"
        ? null
        : $"'{socket.Address}' speaks {socket.Protocol} (option socket), which an ASP.NET Core app does not: "
            + "name it with the option http-socket";

    private async Task ChangeAsync(Attachment attachment, ZergOrder.Sockets change)
    {
        foreach (var name in change.Removed)
        {
            if (attachment.Gates.Remove(name, out var gate))
                await _listeners.RemoveAsync(gate);
        }

        foreach (var socket in change.Added)
        {
            try
            {
                await AddAsync(attachment, socket);
            }
            catch (IOException problem)
            {
                Log.NotServed(_log, socket.Address, problem.Message);
                socket.Dispose();
            }
        }

        Log.Changed(_log, attachment.Source, change.Added.Count, change.Removed.Count);
        await ApplyAsync(attachment);
    }

    private async Task AddAsync(Attachment attachment, ZergSocket socket)
    {
        if (attachment.Gates.TryGetValue(socket.Name, out var held))
        {
            // The same listener under a new number: the one held goes on, see Gate. Its certificate may be a new one.
            if (held.Inode == socket.Descriptor.Inode && held.Socket.Protocol == socket.Protocol)
            {
                held.Certificate = TlsFiles.Load(socket) ?? held.Certificate;
                socket.Dispose();
                return;
            }

            attachment.Gates.Remove(socket.Name);
            await _listeners.RemoveAsync(held);
        }

        if (!_listeners.Speaks(socket))
        {
            Log.NotSpoken(_log, socket.Address, socket.Protocol);
            socket.Dispose();
            return;
        }

        attachment.Gates[socket.Name] = _listeners.Add(socket);
    }
}
