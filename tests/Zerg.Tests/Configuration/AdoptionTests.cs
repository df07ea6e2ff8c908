using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace Zerg.Tests.Configuration;

internal sealed class AdoptionTests
{
    [TestCase("auto", null)]
    [TestCase("", null)]
    [TestCase("123", 123)]
    public void A_value_says_from_whom(string text, int? pid)
        => Assert.That(Adoption.Parse(text).Value, Is.EqualTo(new Adoption(pid)));

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("nginx")]
    [TestCase("99999999999")]
    public void What_is_no_process_id_is_told(string text) => Assert.That(
        Adoption.Parse(text).Error, Is.EqualTo($"'{text}' is neither 'auto' nor a process id"));

    [Test]
    public void A_process_includes_itself_and_its_descendants()
    {
        var parent = Zerg.Posix.ProcessTable.Parent(Environment.ProcessId);
        Assert.That(new Adoption(Environment.ProcessId).Includes(Environment.ProcessId));
        Assert.That(new Adoption(parent).Includes(Environment.ProcessId));
        Assert.That(new Adoption(Environment.ProcessId).Includes(parent), Is.False);
        Assert.That(new Adoption((int?)null).Includes(1));
    }

    [Test]
    public void Without_the_option_nothing_is_adopted()
        => Assert.That(Yaml.Pool("socket: :1").Adopt, Is.Null);

    [TestCase("adopt:", null)]
    [TestCase("adopt: auto", null)]
    [TestCase("adopt: 12", 12)]
    public void A_file_may_say_it(string line, int? pid)
        => Assert.That(Yaml.Pool("socket: :1", line).Adopt, Is.EqualTo(new Adoption(pid)));

    [Test]
    public void On_the_command_line_a_file_behind_it_is_no_value()
    {
        var read = CommandLineReader.Read(["--adopt", "a.yml", "--adopt", "12", "--adopt", "auto", "--adopt=7"]);
        Assert.That(read.Arguments, Is.EqualTo(new[] { "a.yml" }));
        Assert.That(read.Options.Select(option => option.Value), Is.EqualTo(new[] { "", "12", "auto", "7" }));
    }
}
