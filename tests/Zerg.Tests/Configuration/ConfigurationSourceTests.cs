using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace Zerg.Tests.Configuration;

internal sealed class ConfigurationSourceTests
{
    [Test]
    public void The_file_comes_first_and_unknown_options_are_told()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "zerg:\n  listen: 5\n  proceses: 2\n  frobnicate: 1\n");
            LoadedConfiguration loaded =
                ConfigurationSource.Load(CommandLineReader.Read([path, "--listen", "6", "--comand", "x"]));
            OptionList options = loaded.Options;
            IReadOnlyList<Problem> problems = loaded.Problems;

            Assert.That(options.Last("listen")!.Value, Is.EqualTo("6"));
            Assert.That(Yaml.Lines(problems), Is.EqualTo(new[]
            {
                $"{path}:3:13: proceses: unknown option, did you mean 'processes'? Ignoring",
                $"{path}:4:15: frobnicate: unknown option, ignoring",
                "command line: argument 4: comand: unknown option, did you mean 'command'?",
            }));
            Assert.That(problems.Select(problem => problem.Severity), Is.EqualTo(new[]
            {
                Severity.Warning, Severity.Warning, Severity.Error,
            }));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void A_problem_is_one_line_of_bounded_length()
    {
        string line = $"{Problem.Error(new("f", 1, 2), "a\nb", new string('x', 5000))}";

        Assert.That(line, Does.StartWith("f:1:2: a\\x0ab: xxx").And.EndWith("..."));
        Assert.That(line, Has.Length.LessThan(1100));
    }
}
