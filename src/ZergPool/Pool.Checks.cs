using System.Globalization;
using Mono.Unix.Native;
using Zerg.Posix;
using ZergPool.Deploying;
using ZergPool.Handover;
using ZergPool.Roster;

namespace ZergPool;

/// <content>The check-command: it has a say before a release serves.</content>
internal sealed partial class Pool
{
    private const int MaxCheckOutput = 64 * 1024;
    private const string Shell = "/bin/sh";

    private readonly List<CheckRun> _checks = [];

    private void StartCheck(Zergling zergling)
    {
        var output = MemoryFile.Create("zergpool-check", MaxCheckOutput);
        try
        {
            var process = Spawn.Start(new SpawnRequest
            {
                Program = Shell,
                Arguments = InShell(_options.CheckCommand),
                Environment = EnvironmentOfCheck(zergling),
                Output = output,
                Error = output,
            });
            _checks.Add(new CheckRun(zergling.Id, process, output, _time.GetUtcNow() + _options.CheckTimeout));
            Watch(process);
        }
        catch (SyscallException problem)
        {
            output.Dispose();
            Apply(zergling.Pool, new PolicyEvent.Checked(zergling.Id, $"check-command: {problem.Message}", []));
        }
    }

    // The shell looks for it in PATH.
    private static IReadOnlyList<string> InShell(IReadOnlyList<string> command)
        => [Shell, "-c", "exec \"$@\"", Shell, .. command];

    private EnvironmentBlock EnvironmentOfCheck(Zergling zergling)
    {
        var environment = EnvironmentOfChildren();
        environment.Set("ZERG_ID", zergling.Id.ToString(CultureInfo.InvariantCulture));
        environment.Set("ZERG_PID", zergling.Peer.Pid.ToString(CultureInfo.InvariantCulture));
        environment.Set("ZERG_POOL", zergling.Pool.ToString());
        environment.Set("ZERG_RELEASE", FindMember(zergling.Id)?.Release ?? "");
        environment.Set("ZERG_PROBE", zergling.Probes.Count > 0 ? zergling.Probes[0] : "");
        environment.Set("ZERG_PROBES", string.Join(' ', zergling.Probes.Where(ProbeAddress.IsOneWord)));
        return environment;
    }

    private bool CheckEnded(ProcessHandle process)
    {
        if (_checks.Find(one => one.Process == process) is not { } run)
            return false;
        _checks.Remove(run);
        var status = process.TryWait();
        var problem = run.IsLate
            ? $"the check-command was not through within {Zerg.Configuration.Duration.Format(_options.CheckTimeout)}"
            : status is { Exited: true, Number: 0 } ? null : $"the check-command ended with {status}";
        if (_roster.TryGetValue(run.Zergling, out var zergling))
            Apply(zergling.Pool, new PolicyEvent.Checked(run.Zergling, problem, problem is null ? [] : run.Lines()));
        run.Dispose();
        return true;
    }

    private void EnforceChecks()
    {
        foreach (var late in _checks.Where(one => !one.IsLate && one.Until <= _time.GetUtcNow()).ToList())
        {
            _checks[_checks.IndexOf(late)] = late with { IsLate = true };
            late.Kill();
        }
    }

    // Before another image of the program takes over, which begins them anew: as its children they would stay zombies.
    private void AbandonChecks()
    {
        foreach (var run in _checks)
        {
            run.Kill();
            Reap(run.Process, run);
        }

        _checks.Clear();
    }

    // Of a watched process that ends now.
    private void Reap(ProcessHandle process, IDisposable owner)
    {
        _ = Syscall.poll([new Pollfd { fd = process.Descriptor.Number, events = PollEvents.POLLIN }], -1);
        _ = process.TryWait();
        Poller.Post(() =>
        {
            Poller.Remove(process.Descriptor);
            owner.Dispose();
        });
    }

    private void StartChecksAgain()
    {
        foreach (var member in Members.Where(member => member.State == MemberState.Checking
            && _checks.TrueForAll(run => run.Zergling != member.Id)).ToList())
            StartCheck(_roster[member.Id]);
    }
}
