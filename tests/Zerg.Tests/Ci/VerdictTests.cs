using System.Security;
using Zerg.StrictClient;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Ci;

/// <summary>What CI makes of a run: .ci/verdict.py on results, with a script in place of the second run.</summary>
[CancelAfter(60_000)]
internal sealed class VerdictTests
{
    private TemporaryDirectory _directory = null!;

    private string Calls => _directory.File("calls");

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public async Task A_run_without_a_failure_passes_and_nothing_is_run_again(CancellationToken cancel)
    {
        var (status, totals, said) = await JudgeAsync(Results(("One", null), ("Two", null)), again: null, cancel);

        Assert.That((status, totals, said), Is.EqualTo((0, "tests: 2 passed, 0 failed, 0 skipped", "")));
        Assert.That(File.Exists(Calls), Is.False);
    }

    [Test]
    public async Task A_test_that_passes_alone_is_flaky_and_counts_as_passed(CancellationToken cancel)
    {
        var (status, totals, said) = await JudgeAsync(
            Results(("One", null), ("Slow(\"a'b\")", "too late")), Results(("Slow(\"a'b\")", null)), cancel);

        Assert.That((status, totals), Is.EqualTo((0, "flaky: 1\ntests: 2 passed, 0 failed, 0 skipped")));
        Assert.That(said, Does.Contain("ci: flaky: Suite.Slow(\"a'b\")\n    first run: too late\n    second run, alone: passed"));
        Assert.That(await File.ReadAllTextAsync(Calls, cancel), Is.EqualTo("test == 'Suite.Slow(\"a\\'b\")'\n"));
    }

    [Test]
    public async Task A_test_that_fails_again_has_failed_with_both_messages(CancellationToken cancel)
    {
        var (status, totals, said) = await JudgeAsync(
            Results(("One", null), ("Bad", "first")), Results(("Bad", "second")), cancel);

        Assert.That((status, totals), Is.EqualTo((1, "tests: 1 passed, 1 failed, 0 skipped")));
        Assert.That(
            said, Does.Contain("ci: failed twice: Suite.Bad\n    first run: first\n    second run, alone: second"));
    }

    [TestCase(typeof(LossException))]
    [TestCase(typeof(MissingRefusalException))]
    public async Task A_loss_and_a_missing_refusal_are_final(Type exception, CancellationToken cancel)
    {
        var (status, totals, said) = await JudgeAsync(
            Results(("One", null), ("Bad", $"{exception.FullName} : why")), Results(("Bad", null)), cancel);

        Assert.That((status, totals), Is.EqualTo((1, "tests: 1 passed, 1 failed, 0 skipped")));
        Assert.That(said, Does.StartWith("ci: failed, and final at the first time: Suite.Bad\n"));
        Assert.That(File.Exists(Calls), Is.False);
    }

    [Test]
    public async Task Where_many_fail_none_is_run_again(CancellationToken cancel)
    {
        var many = Enumerable.Range(0, 11).Select(n => ($"Bad{n}", (string?)"why")).Append(("One", null)).ToArray();
        var (status, totals, _) = await JudgeAsync(Results(many), Results(("Bad", null)), cancel);

        Assert.That((status, totals), Is.EqualTo((1, "tests: 1 passed, 11 failed, 0 skipped")));
        Assert.That(File.Exists(Calls), Is.False);
    }

    [Test]
    public async Task A_second_run_that_runs_no_test_proves_nothing(CancellationToken cancel)
    {
        var (status, totals, said) = await JudgeAsync(Results(("One", null), ("Bad", "why")), Results(), cancel);

        Assert.That((status, totals), Is.EqualTo((1, "tests: 1 passed, 1 failed, 0 skipped")));
        Assert.That(said, Does.Contain("second run, alone: it ran no test of that name"));
    }

    [Test]
    public async Task A_second_run_that_leaves_no_results_proves_nothing(CancellationToken cancel)
    {
        var (status, totals, said) = await JudgeAsync(Results(("One", null), ("Bad", "why")), again: null, cancel);

        Assert.That((status, totals), Is.EqualTo((1, "tests: 1 passed, 1 failed, 0 skipped")));
        Assert.That(said, Does.Contain("second run, alone: it left no results: "));
    }

    [Test]
    public async Task A_run_that_was_cut_short_has_failed(CancellationToken cancel)
    {
        var (status, totals, said) = await JudgeAsync(
            Results(("One", null)).Replace(
                "<RunInfos>", "<RunInfos><RunInfo outcome='Error'><Text>the test host crashed</Text></RunInfo>"),
            again: null, cancel);

        Assert.That((status, totals), Is.EqualTo((1, "tests: 1 passed, 1 failed, 0 skipped")));
        Assert.That(said, Does.Contain("the test host crashed"));
    }

    [Test]
    public async Task A_skipped_test_is_named_and_the_run_has_not_passed(CancellationToken cancel)
    {
        var (status, totals, said) = await JudgeAsync(
            Results(("One", null)).Replace("'Passed'", "'NotExecuted'"), again: null, cancel);

        Assert.That((status, totals), Is.EqualTo((1, "tests: 0 passed, 0 failed, 1 skipped")));
        Assert.That(said, Does.Contain("ci: skipped: Suite.One"));
    }

    [TestCase(null)]
    [TestCase("no XML")]
    public async Task A_run_without_results_counts_as_one_failure(string? results, CancellationToken cancel)
    {
        var (status, totals, said) = await JudgeAsync(results, again: null, cancel);

        Assert.That((status, totals), Is.EqualTo((1, "tests: 0 passed, 1 failed, 0 skipped")));
        Assert.That(said, Does.Contain("no results of the tests"));
    }

    [Test]
    public void Proofs_throw_what_is_final()
    {
        Assert.That(
            () => Proof.NothingLost(3, Is.Zero, "the client"),
            Throws.TypeOf<LossException>().With.Message.Contains("the client").And.Message.Contains("But was:  3"));
        Assert.That(() => Proof.Refused(0, Is.EqualTo(77)), Throws.TypeOf<MissingRefusalException>());
        Assert.That(() => Proof.NothingLost(0, Is.Zero), Throws.Nothing);
        Assert.That(() => Proof.Refused(77, Is.EqualTo(77)), Throws.Nothing);
    }

    // In the shape of the TRX logger: a definition for the name, a result for the outcome.
    private static string Results(params (string Name, string? Failure)[] tests) => $"""
        <?xml version="1.0" encoding="utf-8"?>
        <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
          <Results>{string.Concat(tests.Select((test, n) => $"""
            <UnitTestResult testId='{n}' testName='{SecurityElement.Escape(test.Name)}' outcome='{(test.Failure is null ? "Passed" : "Failed")}'>
              <Output><ErrorInfo><Message>{SecurityElement.Escape(test.Failure)}</Message></ErrorInfo></Output>
            </UnitTestResult>
            """))}</Results>
          <TestDefinitions>{string.Concat(tests.Select((test, n) => $"""
            <UnitTest id='{n}'><TestMethod className='Suite' name='{SecurityElement.Escape(test.Name)}' /></UnitTest>
            """))}</TestDefinitions>
          <ResultSummary><RunInfos></RunInfos></ResultSummary>
        </TestRun>
        """;

    private async Task<(int Status, string Totals, string Said)> JudgeAsync(
        string? results, string? again, CancellationToken cancel)
    {
        if (results is not null)
            _directory.Write("results.trx", results);
        if (again is not null)
            _directory.Write("again.trx", again);
        Executable.Write(_directory.File("again"), $$"""
            #!/bin/sh
            sed 's/.*<Where>//; s/<.Where>.*//' "${1#--settings=}" >> '{{Calls}}'
            cp '{{_directory.File("again.trx")}}' "${2#--results=}" 2>/dev/null
            """);
        using var verdict = ChildProcess.Start(
            "/usr/bin/python3",
            [Path.Combine(ProgramFiles.Root, ".ci", "verdict.py"), _directory.File("results.trx"), _directory.File("again")]);
        var status = await verdict.ExitAsync(cancel);
        return (status, string.Join('\n', verdict.Output.Lines), string.Join('\n', verdict.Error.Lines));
    }
}
