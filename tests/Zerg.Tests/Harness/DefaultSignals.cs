using Zerg.Posix;

namespace Zerg.Tests;

/// <summary>Children inherit what is ignored, and a test run in the background of a script ignores SIGINT.</summary>
[SetUpFixture]
internal sealed class DefaultSignals
{
    [OneTimeSetUp]
    public void Restore() => Signals.Restore();
}
