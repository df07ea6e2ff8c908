using Zerg;
using Zerg.Posix;
using Zergling.Pools;

namespace Zergling;

/// <summary>What others ask for: the administrator by signals, a pool by its orders.</summary>
internal sealed partial class Launcher
{
    private void Obey(int signal)
    {
        var name = Signals.Name(signal);
        if (signal == Signals.SIGHUP)
        {
            Renew(name);
        }
        else if (signal == Signals.SIGUSR1)
        {
            _ = ProgramLog?.ReopenAsync();
        }
        else if (signal == Signals.SIGUSR2)
        {
            Log.NoUpgrade(_logger, name);
        }
        else if (++_stopSignals == 1)
        {
            Leave(ExitCodes.Ok, name, _options.Mercy);
        }
        else
        {
            Log.Killing(_logger, name);
            KillAll();
        }
    }

    private void Hear(PoolLink pool, PoolNews news)
    {
        switch (news)
        {
            case PoolNews.Ordered ordered:
                Obey(pool, ordered.Order);
                break;
            case PoolNews.Gone when _phase != LauncherPhase.Leaving:
                Log.PoolGone(_logger, pool.Address);
                break;
            case PoolNews.Refused refused:
                Log.PoolRefuses(_logger, pool.Address, refused.Reason);
                break;
            case PoolNews.Back back:
                if (_phase != LauncherPhase.Leaving)
                    Log.PoolBack(_logger, pool.Address);
                if (pool.Change(back.Change(pool.Sockets.Select(socket => socket.Name))))
                    Renew($"the sockets of {pool.Address} changed");
                pool.Return(back.Client);
                if (back.Client.Workers == 0 && pool.Workers is not null)
                {
                    // Of a version that gives no such orders: nobody would have it grow again.
                    pool.Workers = null;
                    Scale();
                }

                break;
        }
    }

    private void Obey(PoolLink pool, ZergOrder order)
    {
        switch (order)
        {
            case ZergOrder.Drain drain:
                Leave(ExitCodes.Ok, Because("drained", drain.Reason), drain.Mercy);
                break;
            case ZergOrder.Stop when pool.OwesStop:
                // Its answer to our own report; the workers that serve finish what they have accepted.
                pool.OwesStop = false;
                break;
            case ZergOrder.Stop stop when _phase == LauncherPhase.Leaving:
                Log.Killing(_logger, Because("stopped", stop.Reason));
                KillAll();
                break;
            case ZergOrder.Stop stop:
                Leave(stop.ExitCode, Because("stopped", stop.Reason), _options.Mercy);
                break;
            case ZergOrder.Sockets sockets:
                pool.Change(sockets);
                Renew($"the sockets of {pool.Address} changed");
                break;
            case ZergOrder.Scale scale:
                pool.Workers = scale.Workers;
                Scale();
                break;
            case ZergOrder.Pause:
                Log.CannotPause(_logger);
                break;
            case ZergOrder.Resume resume:
                pool.Generation = resume.Generation;
                EndProbes();

                // The workers accept since they run; the pool waits for the word that they do.
                Report();
                break;
        }
    }

    private static string Because(string what, string reason)
        => reason.Length == 0 ? $"{what} by the pool" : $"{what} by the pool: {reason}";
}
