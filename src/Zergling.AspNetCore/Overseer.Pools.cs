using Zerg;

namespace Zergling.AspNetCore;

/// <content>What is heard of the pools: their orders, their end, their return.</content>
internal sealed partial class Overseer
{
    private async Task FollowAsync(Attachment attachment)
    {
        try
        {
            await foreach (var news in attachment.Follower!.FollowAsync(_parted.Token))
                Post(new ZerglingEvent.Heard(attachment, news));
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private Task HearAsync(Attachment attachment, PoolNews news)
    {
        switch (news)
        {
            case PoolNews.Ordered ordered:
                return ObeyAsync(attachment, ordered.Order);
            case PoolNews.Gone:
                return OrphanAsync(attachment);
            case PoolNews.Back back:
                return ReturnAsync(attachment, back);
            case PoolNews.Refused refused:
                Log.Refused(_log, attachment.Source, refused.Reason);
                break;
        }

        return Task.CompletedTask;
    }

    private async Task ObeyAsync(Attachment attachment, ZergOrder order)
    {
        switch (order)
        {
            case ZergOrder.Resume resume:
                Log.Ordered(_log, attachment.Source, "resume");
                attachment.Want(true, resume.Generation);
                await ApplyAsync(attachment);
                await CloseProbeAsync();
                break;
            case ZergOrder.Pause pause:
                Log.Ordered(_log, attachment.Source, pause.Standby ? "wait in standby" : "pause");
                attachment.Want(false, isAside: pause.Standby);
                await ApplyAsync(attachment);
                break;
            case ZergOrder.Drain drain:
                await DrainAsync(attachment, drain);
                break;
            case ZergOrder.Stop stop:
                await StopAsync(stop.Reason, stop.ExitCode);
                break;
            case ZergOrder.Sockets sockets:
                await ChangeAsync(attachment, sockets);
                Log.Changed(_log, attachment.Source, sockets.Added.Count, sockets.Removed.Count);
                break;
        }
    }

    // Opens or closes the gates of one pool as its wishes are.
    private async Task ApplyAsync(Attachment attachment)
    {
        var open = _warm && !_stopping && attachment.Accepts;
        foreach (var gate in attachment.Gates.Values)
        {
            if (open)
                gate.Open();
            else
                await gate.CloseAsync();
        }

        await PartAsync();
    }

    // Clients of a release that was replaced are to meet the new one: their connections end as in a drain, unless
    // another pool wants this process still.
    private async Task PartAsync()
    {
        if (_leaving)
            return;
        var isAside = _attachments.TrueForAll(one => one.IsAside || one.IsDraining);
        if (isAside == _register.IsDraining)
            return;
        if (isAside)
        {
            _register.BeginDrain();
            _parting = _drain.PartAsync(_aside.Token);
            return;
        }

        _register.EndDrain();
        await _aside.CancelAsync();
        await _parting;
        _aside.Dispose();
        _aside = new CancellationTokenSource();
    }

    private async Task OrphanAsync(Attachment attachment)
    {
        attachment.Orphan();
        if (attachment.Accepts)
            Log.Orphaned(_log, attachment.Source);
        else if (attachment.ServesInTheEnd(_options.Mode))
            Log.OrphanedWaiting(_log, attachment.Source, _options.OrphanGrace.TotalSeconds);
        else
            Log.OrphanedIdle(_log, attachment.Source);
        await ApplyAsync(attachment);
    }

    // Not at once: a pool that was killed is back in no time, and knows better who is to serve.
    private async Task PromoteAsync()
    {
        if (!_warm || _stopping)
            return;
        foreach (var attachment in _attachments.Where(
            one => !one.Accepts && one.ServesInTheEnd(_options.Mode) && one.OrphanFor >= _options.OrphanGrace))
        {
            attachment.Promote();
            Log.Promoted(_log, attachment.Source);
            await ApplyAsync(attachment);
        }
    }

    private async Task ReturnAsync(Attachment attachment, PoolNews.Back back)
    {
        Log.Returned(_log, attachment.Source);
        attachment.Return(back.Client);
        if (_stopping || attachment.IsDraining)
        {
            // Nothing is accepted any more, and what was held may be closed by now.
            foreach (var socket in back.Client.Sockets)
                socket.Dispose();
            return;
        }

        var (came, went) = await ChangeAsync(attachment, back.Change(attachment.Gates.Keys));
        if (came + went > 0)
            Log.Changed(_log, attachment.Source, came, went);
    }
}
