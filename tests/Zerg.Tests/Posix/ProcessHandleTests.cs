using System.Globalization;
using System.Text;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Tests.Harness;
using ZergPool.Roster;

namespace Zerg.Tests.Posix;

/// <summary>A number names a process only as long as nobody has waited for it: proofs of which process is meant.</summary>
[CancelAfter(60_000)]
[Category("Root")]
internal sealed class ProcessHandleTests
{
    private const uint Nobody = 65534;
    private const string Sleeper = "exec sleep 600";
    private const string LeavesSleeper = "sleep 600 & echo $!";

    [SetUp]
    public void OnlyAsRoot() => Assume.That(Syscall.geteuid(), Is.Zero, "these tests change the user");

    [Test]
    public void A_process_that_ends_while_the_claim_is_checked_is_not_opened()
    {
        using var child = Child.Start(Sleeper);
        using var opened = ProcessHandle.Open(child.Pid, _ =>
        {
            // From here on the number is free, and what is read of it is another process's.
            child.Process.Signal(Signals.SIGKILL);
            child.Collect();
            return true;
        });

        Proof.Refused(opened, Is.Null);
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void A_number_that_is_no_process_is_not_looked_up(int pid)
    {
        var isAsked = false;
        using var opened = ProcessHandle.Open(pid, _ => isAsked = true);

        Proof.Refused((opened, isAsked), Is.EqualTo(((ProcessHandle?)null, false)));
    }

    [Test]
    public void A_process_that_the_claim_is_not_true_of_is_not_opened()
    {
        using var child = Child.Start(Sleeper);
        using var own = ProcessHandle.Open(child.Pid, pid => ProcessTable.Parent(pid) == Environment.ProcessId);
        using var other = ProcessHandle.Open(child.Pid, pid => ProcessTable.Parent(pid) != Environment.ProcessId);

        Assert.That(own, Is.Not.Null);
        Proof.Refused(other, Is.Null);
    }

    [Test]
    public void A_peer_that_is_known_by_number_alone_must_run_as_the_user_who_connected()
    {
        using var child = Child.Start(Sleeper);
        using var own = ProcessHandle.OfCredentials(new PeerCredentials(child.Pid, 0, 0, []));
        using var other = ProcessHandle.OfCredentials(new PeerCredentials(child.Pid, Nobody, Nobody, []));

        Assert.That(own, Is.Not.Null);
        Proof.Refused(other, Is.Null);
    }

    [Test]
    public void A_signal_on_behalf_of_a_user_needs_the_permission_of_that_user()
    {
        using var child = Child.Start(Sleeper);
        using var behalf = ProcessHandle.Open(child.Pid, _ => true, Nobody)!;
        Proof.Refused(behalf.Signal(Signals.SIGKILL), Is.False);
        Proof.Refused(behalf.SignalGroup(Signals.SIGKILL), Is.False);
        Assert.That(child.Process.IsAlive, Is.True);

        using var root = ProcessHandle.Open(child.Pid, _ => true, ProcessUsers.Root)!;
        Assert.That(root.Signal(Signals.SIGKILL), Is.True);
    }

    [Test]
    public async Task A_signal_on_behalf_of_a_user_reaches_the_processes_of_that_user(CancellationToken cancel)
    {
        using var child = HelperProcess.Python("import signal; print('runs'); signal.pause()", Nobody);
        await child.WaitForLineAsync("runs", cancel);
        using var behalf = ProcessHandle.Open(child.Pid, _ => true, Nobody)!;

        Assert.That(behalf.Signal(Signals.SIGKILL), Is.True);
        Assert.That(await child.ExitAsync(cancel), Is.EqualTo(128 + Signals.SIGKILL));
    }

    // As kill(2) says: the real and the saved user count, and the effective one does not.
    [TestCase(Nobody, 0u, 0u, true)]
    [TestCase(0u, 0u, Nobody, true)]
    [TestCase(0u, Nobody, 0u, false)]
    [TestCase(0u, 0u, 0u, false)]
    public void The_real_and_the_saved_user_may_signal_a_process(uint real, uint effective, uint saved, bool may)
    {
        var users = new ProcessUsers(real, effective, saved);
        Proof.Refused(users.MayBeSignalledBy(Nobody), Is.EqualTo(may));
        Assert.That(users.MayBeSignalledBy(ProcessUsers.Root), Is.True);
    }

    [Test]
    public void The_group_of_a_child_is_not_signalled_after_the_child_was_collected()
    {
        using var child = Child.Start(LeavesSleeper);
        child.End();
        using var left = ProcessHandle.Open(child.Number(), _ => true)!;
        Assert.That(child.Process.TryWait(), Is.Not.Null);

        // What is left of the group would get it, as would another group that has the number by now.
        var isSent = child.Process.SignalGroup(Signals.SIGTERM);
        var isAlive = left.IsAlive;
        left.Signal(Signals.SIGKILL);
        Proof.Refused((isSent, isAlive), Is.EqualTo((false, true)));
    }

    [Test]
    public void The_group_of_a_child_that_has_ended_and_was_not_collected_is_signalled()
    {
        using var child = Child.Start(LeavesSleeper);
        child.End();
        using var left = ProcessHandle.Open(child.Number(), _ => true)!;

        Assert.That(child.Process.SignalGroup(Signals.SIGKILL), Is.True);
        Child.End(left);
        Assert.That(child.Process.TryWait(), Is.EqualTo(new ExitStatus(true, 0)));
    }

    [Test]
    public void The_group_of_a_process_that_is_no_child_is_not_signalled()
    {
        using var child = Child.Start("setsid sh -c 'echo $$; exec sleep 600' & wait");
        child.Written();
        using var grandchild = ProcessHandle.Open(child.Number(), _ => true)!;

        Proof.Refused(grandchild.SignalGroup(Signals.SIGKILL), Is.False);
        grandchild.Signal(Signals.SIGKILL);
    }

    [Test]
    public void Descendants_are_opened_with_all_of_theirs()
    {
        using var child = Child.Start("sh -c 'sleep 600 & echo $!; wait' & wait");
        child.Written();
        var family = ProcessFamily.Open(child.Process);

        Assert.That(family, Has.Count.EqualTo(2));
        Assert.That(family[1].Pid, Is.EqualTo(child.Number()));
        foreach (var one in family)
        {
            one.Signal(Signals.SIGKILL);
            one.Dispose();
        }
    }

    [Test]
    public void Nothing_descends_from_a_process_whose_number_another_one_has()
    {
        using var child = Child.Start("sleep 600 & echo $!; wait");
        child.Written();
        using var before = Before(child.Pid);

        Proof.Refused(ProcessFamily.Open(before).Select(one => one.Pid), Is.Empty);
        using var left = ProcessHandle.Open(child.Number(), _ => true)!;
        left.Signal(Signals.SIGKILL);
    }

    [Test]
    public void A_worker_whose_parent_only_has_the_number_of_the_peer_is_not_believed()
    {
        using var child = Child.Start(Sleeper);
        var peer = new PeerCredentials(Environment.ProcessId, 0, 0, []);
        using var self = ProcessHandle.Open(peer.Pid, _ => true)!;
        using var worker = WorkerClaim.Open(child.Pid, peer, self);
        Assert.That(worker, Is.Not.Null);

        using var before = Before(peer.Pid);
        using var claimed = WorkerClaim.Open(child.Pid, peer, before);
        Proof.Refused(claimed, Is.Null);
    }

    // One place proves, and one sends: what is signalled past it, by a number, is not proven.
    [Test]
    public void No_other_source_opens_processes_or_signals_numbers()
    {
        string[] calls = ["Libc.kill(", "Syscall.kill(", "Libc.pidfd_open(", "Libc.pidfd_send_signal(", "tgkill("];
        var sources = Directory.EnumerateFiles(Path.Combine(ProgramFiles.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => calls.Any(File.ReadAllText(path).Contains)).Select(path => Path.GetFileName(path));

        Proof.Refused(sources, Is.EqualTo(new[] { "ProcessHandle.cs" }));
    }

    // A handle as it was left by a process that has ended, and whose number is another one's now.
    private static ProcessHandle Before(int pid)
    {
        using var ended = Child.Start("exit 0");
        ended.Collect();
        return new ProcessHandle(pid, ended.Process.Descriptor.Duplicate());
    }

    /// <summary>A child that this test alone waits for.</summary>
    private sealed class Child : IDisposable
    {
        private readonly Pipe _output = Pipe.Create();
        private string _written = "";

        private Child(string script)
        {
            Process = Spawn.Start(new SpawnRequest
            {
                Program = "/bin/sh",
                Arguments = ["/bin/sh", "-c", script],
                Environment = EnvironmentBlock.OfThisProcess(),
                Output = _output.Write,
                Error = _output.Write,
            });
        }

        public ProcessHandle Process { get; }

        public int Pid => Process.Pid;

        public static Child Start(string script) => new(script);

        public static void End(ProcessHandle process)
            => _ = Syscall.poll([new Pollfd { fd = process.Descriptor.Number, events = PollEvents.POLLIN }], -1);

        /// <summary>Waits until it has ended; it is a zombie then.</summary>
        public void End() => End(Process);

        /// <summary>Waits until it has ended, and frees its number.</summary>
        public void Collect()
        {
            End();
            Assert.That(Process.TryWait(), Is.Not.Null);
        }

        /// <summary>Waits for a line.</summary>
        public void Written()
        {
            var buffer = new byte[256];
            while (!_written.Contains('\n', StringComparison.Ordinal))
            {
                _ = Syscall.poll([new Pollfd { fd = _output.Read.Number, events = PollEvents.POLLIN }], -1);
                var count = PlainIO.Read(_output.Read, buffer);
                _written += Encoding.UTF8.GetString(buffer, 0, Math.Max(count, 0));
            }
        }

        /// <summary>The number that it has written.</summary>
        public int Number()
        {
            Written();
            return int.Parse(_written.Trim(), CultureInfo.InvariantCulture);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            Process.KillGroup();
            End();
            _ = Process.TryWait();
            Process.Dispose();
            _output.Dispose();
        }
    }
}
