using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;
using ZergPool.Control;
using ZergPool.Handover;
using ZergPool.Listening;
using ZergPool.Roster;

namespace ZergPool;

/// <content>The configuration, read again.</content>
internal sealed partial class Pool
{
    // A file on a file system that hangs must not keep the status from being told.
    private static readonly TimeSpan s_readPatience = TimeSpan.FromSeconds(2);

    // An app obeys as soon as it reads what it is told.
    private static readonly TimeSpan s_letGoPatience = TimeSpan.FromSeconds(2);

    // Decided when the process started; only a new one, or a new image of it, can decide it anew.
    private static readonly string[] s_fixed = ["uid", "gid", "logto", "log-level", "max-handshakes", "journal"];

    private readonly Dictionary<PoolSocket, DateTimeOffset> _leavingSince = [];

    private void BeginReload(PoolEvent.ReloadAsked asked)
    {
        if (!_table.IsComplete)
        {
            asked.Reply?.TrySetResult(new ControlReply
            {
                ExitCode = ExitCodes.TryAgain,
                Message = "the pool does not have all its sockets back yet",
            });
            return;
        }

        _manager.Reloading("reading the configuration");
        _ = LoadAsync(fresh => Events.TryWrite(new PoolEvent.Loaded(fresh, asked.Reply)));
    }

    private void BeginComparison(TaskCompletionSource<ControlReply> reply)
    {
        _ = CompareAsync();

        async Task CompareAsync()
        {
            try
            {
                await LoadAsync(fresh => Events.TryWrite(new PoolEvent.Compared(fresh, reply))).WaitAsync(s_readPatience);
            }
            catch (TimeoutException)
            {
                Events.TryWrite(new PoolEvent.Compared(null, reply));
            }
        }
    }

    private async Task LoadAsync(Action<FreshOptions> post) => post(await Task.Run(Load));

    // Whatever is the matter, such as a working directory that is gone: somebody waits for the answer.
    private FreshOptions Load()
    {
        try
        {
            return _load();
        }
        catch (Exception problem)
        {
            return new FreshOptions(null, [Problem.Error(
                SourcePosition.Whole(null), null, $"it cannot be read from this working directory: {problem.Message}")]);
        }
    }

    private void Reload(PoolEvent.Loaded loaded)
    {
        var (message, exitCode) = TryReload(loaded.Fresh);
        if (exitCode == ExitCodes.Ok)
            Log.Reloaded(_log, message);
        else
            Log.NotReloaded(_log, message);
        loaded.Reply?.TrySetResult(new ControlReply { ExitCode = exitCode, Message = message });
        ReportToManager();
    }

    private (string Message, int ExitCode) TryReload(FreshOptions fresh)
    {
        if (fresh.Options is not { } options)
            return (fresh.Error ?? "the configuration cannot be read", ExitCodes.Configuration);
        if (WhyNot(options) is { } reason)
            return (reason, ExitCodes.Configuration);
        try
        {
            return (Change(options), ExitCodes.Ok);
        }
        catch (SyscallException problem)
        {
            return (
                problem.Message,
                problem.Errno is Errno.EACCES or Errno.EPERM ? ExitCodes.NotPermitted : ExitCodes.System);
        }
        catch (ZergException problem)
        {
            return (problem.Message, problem.ExitCode);
        }
    }

    // Who is attached would not know of it.
    private string? WhyNot(PoolOptions options)
    {
        var moved = options.Pools.Select(pool => pool.Address).Except(_policies.Keys)
            .Concat(_policies.Keys.Except(options.Pools.Select(pool => pool.Address)))
            .Select(address => (string?)$"zerg-pool: '{address}' came or went, which takes a restart of the pool");
        return moved.FirstOrDefault() ?? (options.Control != _options.Control
            ? $"control: '{options.Control}' instead of '{_options.Control}' takes a restart of the pool" : null);
    }

    private string Change(PoolOptions options)
    {
        var before = _policies.Keys.ToDictionary(pool => pool, pool => Passed(pool).Select(socket => socket.Info).ToList());
        var old = _table.Sockets.ToList();
        var stored = old.Select(socket => (socket, socket.Spec.Name)).ToList();
        var metrics = BindMetrics(options);
        try
        {
            _table.Change(options);
        }
        catch
        {
            if (metrics != _own.Metrics)
                metrics?.Dispose();
            throw;
        }

        ChangeMetrics(metrics);
        _options = options with
        {
            Uid = _options.Uid,
            Gid = _options.Gid,
            LogTo = _options.LogTo,
            LogLevel = _options.LogLevel,
            MaxHandshakes = _options.MaxHandshakes,
            Journal = _options.Journal,
            Effective =
            [
                .. options.Effective.Where(one => !s_fixed.Contains(one.Name)),
                .. _options.Effective.Where(one => s_fixed.Contains(one.Name)),
            ],
        };
        (_guard, _mayAttach, _mayOrder) = Rules(_options);
        foreach (var policy in _policies.Values)
            policy.Limits = LimitsOf(_options);
        ApplyFileModes();
        foreach (var (pool, infos) in before)
            AnnounceChange(_roster.Values.Where(one => one.Pool == pool), infos);
        Store(stored);
        WriteRecords();
        Guard("the reload");
        return Summary(old);
    }

    // Another protocol is another name, and the manager keeps a descriptor under the first one that it heard.
    private void Store(IReadOnlyList<(PoolSocket Socket, string Name)> before)
    {
        var now = _table.Sockets.Select(socket => (Socket: socket, socket.Spec.Name)).ToList();
        foreach (var (_, name) in before.Except(now))
            _manager.Forget(name);
        foreach (var (socket, name) in now.Except(before))
            _manager.Store(name, socket.Descriptor);
    }

    private string Summary(List<PoolSocket> old)
    {
        var came = _table.Sockets.Except(old).Select(socket => $"'{socket.Spec.Address}' came");
        var went = old.Except(_table.Sockets).Select(socket => $"'{socket.Spec.Address}' went");
        return string.Join(", ", came.Concat(went).DefaultIfEmpty("the same sockets").Prepend("reloaded"));
    }

    private void AnnounceChange(IEnumerable<Zergling> zerglings, IReadOnlyList<SocketInfo> before)
    {
        foreach (var zergling in zerglings)
            AnnounceChange(zergling, before);
    }

    private void AnnounceChange(Zergling zergling, IReadOnlyList<SocketInfo> before)
    {
        var now = Passed(zergling.Pool);
        var added = now.Where(socket => !before.Contains(socket.Info)).ToList();
        string[] removed = [.. before.Select(info => info.Name).Except(now.Select(socket => socket.Spec.Name))];
        if (added.Count == 0 && removed.Length == 0)
            return;
        zergling.Session?.Send(
            new SocketsFrame { Added = [.. added.Select(socket => socket.Info)], Removed = removed },
            [.. added.Select(socket => socket.Descriptor)]);
    }

    private void ApplyFileModes()
    {
        foreach (var socket in _table.Sockets.Where(socket => socket is { IsShared: false, File: not null }))
        {
            try
            {
                PoolSockets.File(_options).Apply(socket.Spec.Address.ToString(), socket.File!.Value);
            }
            catch (SyscallException problem)
            {
                Log.ModeStays(_log, problem.Message);
            }
        }

        try
        {
            _own.ApplyModes(_options);
        }
        catch (SyscallException problem)
        {
            Log.ModeStays(_log, problem.Message);
        }
    }

    // What was removed stays the pool's for as long as somebody else has it, so that what waits in its queue is served.
    private void LetGo()
    {
        foreach (var gone in _leavingSince.Keys.Except(_table.Leaving).ToList())
            _leavingSince.Remove(gone);
        foreach (var socket in _table.Leaving.ToList())
        {
            _leavingSince.TryAdd(socket, _time.GetUtcNow());
            var age = _time.GetUtcNow() - _leavingSince[socket];
            if (age < _options.Mercy && IsHeldElsewhere(socket, age))
                continue;
            try
            {
                _table.Close(socket);
            }
            catch (SyscallException problem)
            {
                Log.FileStays(_log, problem.Message);
            }

            Log.LetGo(_log, socket.Spec.Address.ToString());
        }
    }

    // Of processes that the pool may not look into an app has let go at once, as it was told; workers of a launcher have
    // not been told, and have until the mercy is over.
    private bool IsHeldElsewhere(PoolSocket socket, TimeSpan age)
    {
        HashSet<ulong> inode = [socket.Descriptor.Inode];
        bool MayHold(Zergling one) => FindMember(one.Id) is not { Kind: MemberKind.App } || age < s_letGoPatience;
        return _roster.Values.Any(one => one.Workers.Keys.Append(one.Pid)
                .Any(pid => SocketHolders.Holds(pid, inode) ?? MayHold(one)))
            || SocketHolders.Of(inode).Any(pid => pid != Environment.ProcessId);
    }

    private static string Values(PoolOptions options, string name)
        => string.Join(", ", options.Effective.Where(option => option.Name == name).Select(option => option.Value));

    /// <summary>What the file says otherwise than what is in force, in words.</summary>
    private IReadOnlyList<string> Differences(FreshOptions? fresh)
    {
        if (fresh?.Options is not { } options)
            return [$"the configuration cannot be read: {fresh?.Error ?? "it takes too long"}"];
        return
        [
            .. from name in options.Effective.Concat(_options.Effective).Select(option => option.Name).Distinct()
               let said = Values(options, name)
               let now = Values(_options, name)
               where now != said
               let how = s_fixed.Contains(name) || name is "zerg-pool" or "control" ? "a restart" : "a reload"
               select $"{name}: '{said}' in the configuration, '{now}' here until {how}",
        ];
    }
}
