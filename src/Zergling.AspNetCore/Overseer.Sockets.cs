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
                    attachment.Put(_listeners.Add(socket));
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

    /// <returns>How many sockets came that were not held before, and how many went.</returns>
    private async Task<(int Came, int Went)> ChangeAsync(Attachment attachment, ZergOrder.Sockets change)
    {
        var (came, went) = (0, 0);
        foreach (var name in change.Removed)
        {
            if (!attachment.Gates.TryGetValue(name, out var gate))
                continue;
            attachment.Remove(name);
            await _listeners.RemoveAsync(gate);
            went++;
        }

        foreach (var socket in change.Added)
        {
            try
            {
                came += await AddAsync(attachment, socket) ? 1 : 0;
            }
            catch (IOException problem)
            {
                Log.NotServed(_log, socket.Address, problem.Message);
                socket.Dispose();
            }
        }

        await ApplyAsync(attachment);
        return (came, went);
    }

    private async Task<bool> AddAsync(Attachment attachment, ZergSocket socket)
    {
        if (attachment.Gates.TryGetValue(socket.Name, out var held))
        {
            // The same listener under a new number: the one held goes on, see Gate. Its certificate may be a new one.
            if (held.Socket.IsSameAs(socket))
            {
                held.Renew(socket, TlsFiles.Load(socket));
                return false;
            }

            attachment.Remove(socket.Name);
            await _listeners.RemoveAsync(held);
        }

        if (!_listeners.Speaks(socket))
        {
            Log.NotSpoken(_log, socket.Address, socket.Protocol);
            socket.Dispose();
            return false;
        }

        attachment.Put(_listeners.Add(socket));
        return true;
    }
}
