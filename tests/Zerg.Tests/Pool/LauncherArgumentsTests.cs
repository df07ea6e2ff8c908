using Zerg.Configuration.Reading;
using ZergPool.Deploying;

namespace Zerg.Tests.Pool;

/// <summary>What the command line of a pool says of its launchers.</summary>
internal sealed class LauncherArgumentsTests
{
    [Test]
    public void They_hear_what_is_theirs_too_and_not_what_is_the_pools_alone()
    {
        var said = CommandLineReader.Read(
        [
            "--ready-timeout", "3s", "--http", ":80", "--worker-reload-mercy=5s", "--logto", "pool.log", "--strategy", "rolling",
            "--processes", "2", "--", "run", "it",
        ]);
        var arguments = LauncherArguments.Of(["app.yml"], said.Options);
        Assert.That(arguments.Options, Is.EqualTo(new[] { "--ready-timeout=3s", "--worker-reload-mercy=5s", "--processes=2" }));
        Assert.That(arguments.Command, Is.EqualTo(new[] { "run", "it" }));
    }
}
