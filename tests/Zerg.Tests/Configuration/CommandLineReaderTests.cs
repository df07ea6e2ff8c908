using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace Zerg.Tests.Configuration;

internal sealed class CommandLineReaderTests
{
    [Test]
    public void Options_keep_their_order_and_bare_arguments_are_apart()
    {
        CommandLineOptions read = CommandLineReader.Read(
        [
            "a.yml", "--zerg", "/x", "--zerg-fallback", "b.yml", "--env=A=b=c", "--chmod-socket", "--listen", "-5",
            "--chmod-socket", "600", "--zerg=@y", "--", "run", "--zerg", "z",
        ]);

        Assert.That(read.Problems, Is.Empty);
        Assert.That(read.Arguments, Is.EqualTo(new[] { "a.yml", "b.yml" }));
        Assert.That(read.Options, Is.EqualTo(new[]
        {
            At(2, "zerg", "/x"), At(4, "zerg-fallback", ""), At(6, "env", "A=b=c"), At(7, "chmod-socket", ""),
            At(8, "listen", "-5"), At(10, "chmod-socket", "600"), At(12, "zerg", "@y"),
            Word(14, "run"), Word(15, "--zerg"), Word(16, "z"),
        }));
    }

    [Test]
    public void A_forgotten_value_is_told_with_its_argument()
    {
        OptionList read = Yaml.Arguments("--zerg", "--processes", "3", "--threads");

        Assert.That(Yaml.Lines(ZerglingOptions.From(read, null, Hosts.User).Problems), Is.EqualTo(new[]
        {
            "command line: argument 1: zerg: needs a value",
            "command line: argument 4: threads: needs a value",
        }));
    }

    [TestCase("-Z", "command line: argument 1: -Z: unknown option")]
    [TestCase("--", "command line: argument 1: --: has no command after it")]
    public void What_is_no_option_is_an_error(string argument, string problem) =>
        Assert.That(Yaml.Lines(CommandLineReader.Read([argument]).Problems), Is.EqualTo(new[] { problem }));

    [Test]
    public void The_programs_own_options_are_passed_over()
    {
        var own = new Dictionary<string, bool> { ["--json"] = false, ["--wait"] = true, ["-j"] = false };
        CommandLineOptions read = CommandLineReader.Read(
            ["status", "--json", "x", "--wait", "5", "--wait=6", "-j", "--listen", "7"], start: 1, own);

        Assert.That(read.Problems, Is.Empty);
        Assert.That(read.Arguments, Is.EqualTo(new[] { "x" }));
        Assert.That(read.Options, Is.EqualTo(new[] { At(8, "listen", "7") }));
    }

    [Test]
    public void The_letters_of_uWSGI_are_its_names()
    {
        CommandLineOptions read = CommandLineReader.Read(
            ["-s", ":1", "-p4", "-M", "-MT", "-H", "venv", "-C660", "-C", "b.yml", "-y", "c.yml", "--ini=d.ini", "-Mp", "3"]);

        Assert.That(read.Problems, Is.Empty);
        Assert.That(read.Arguments, Is.EqualTo(new[] { "b.yml" }));
        Assert.That(read.Options, Is.EqualTo(new[]
        {
            At(1, "socket", ":1"), At(3, "processes", "4"), At(4, "master", ""), At(5, "master", ""),
            At(5, "enable-threads", ""), At(6, "home", "venv"), At(8, "chmod", "660"), At(9, "chmod", ""),
            At(11, "yaml", "c.yml"), At(13, "ini", "d.ini"), At(14, "master", ""), At(14, "processes", "3"),
        }));
    }

    private static Option At(int argument, string name, string value) =>
        new(name, value, SourcePosition.Argument(argument)) { IsLoose = true };

    private static Option Word(int argument, string value) =>
        new("command", value, SourcePosition.Argument(argument)) { IsItem = true };
}
