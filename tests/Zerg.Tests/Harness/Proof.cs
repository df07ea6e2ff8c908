using NUnit.Framework.Constraints;
using NUnit.Framework.Internal;
using Zerg.StrictClient;

namespace Zerg.Tests.Harness;

/// <summary>Assertions of which one failure is a verdict: CI never runs a test a second time that one of them ended.</summary>
internal static class Proof
{
    /// <summary>Asserts that every request of a load had the answer that it was owed, on a connection that was not cut.</summary>
    /// <exception cref="LossException">One of them had not.</exception>
    public static void NothingLost(LoadReport report, string client)
    {
        if (report.Lost > 0)
        {
            throw new LossException(
                report.FirstLosses[0].Kind,
                $"{client}: {report.Lost} lost of {report.Requests} requests: " + string.Join("; ", report.FirstLosses.Select(
                    loss => $"{loss.Kind} in {loss.Phase} at {loss.AtSeconds} s, port {loss.LocalPort}: {loss.Detail}")));
        }

        if (report.IdleCloses + report.IdleResets > 0)
        {
            throw new LossException(
                LossKind.Reset,
                $"{client}: {report.IdleCloses} closed and {report.IdleResets} reset while idle, of {report.ConnectionsOpened}");
        }
    }

    /// <summary>Asserts that nothing was lost by what another program counted.</summary>
    /// <exception cref="LossException">The constraint does not hold.</exception>
    public static void NothingLost<TActual>(TActual counted, IResolveConstraint free, string what = "")
    {
        if (Contradiction(counted, free, what) is { } contradiction)
            throw new LossException(LossKind.BadReply, contradiction);
    }

    /// <summary>Asserts that a refusal is what it has to be.</summary>
    /// <exception cref="MissingRefusalException">The constraint does not hold.</exception>
    public static void Refused<TActual>(TActual actual, IResolveConstraint refusal, string what = "")
    {
        if (Contradiction(actual, refusal, what) is { } contradiction)
            throw new MissingRefusalException(contradiction);
    }

    /// <summary>Asserts that a process is refused and ends with a status; one that goes on was not refused.</summary>
    /// <exception cref="MissingRefusalException">It goes on, or ended otherwise.</exception>
    public static async Task RefusedAsync(ChildProcess process, int status, CancellationToken cancel)
    {
        try
        {
            Refused(await process.ExitAsync(cancel), Is.EqualTo(status), string.Join('\n', process.Error.Lines));
        }
        catch (TimeoutException goesOn)
        {
            throw new MissingRefusalException(goesOn.Message, goesOn);
        }
    }

    private static string? Contradiction<TActual>(TActual actual, IResolveConstraint expression, string what)
    {
        try
        {
            // A context of its own: what is thrown instead is then the only failure of the test.
            using (new TestExecutionContext.IsolatedContext())
                Assert.That(actual, expression, what);
            return null;
        }
        catch (AssertionException contradiction)
        {
            return contradiction.Message;
        }
    }
}
