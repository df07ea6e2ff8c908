using System.Text;
using Zerg.Posix;

namespace Zerg.Tests.Posix;

internal sealed class EnvironmentBlockTests
{
    [Test]
    public void Setting_replaces_every_entry_of_that_name_alone()
    {
        var block = Block("A=1", "AB=2", "A=3");
        block.Set("A", "x=y");

        Assert.That(Texts(block), Is.EqualTo(new[] { "AB=2", "A=x=y" }));
        Assert.That(block.Get("A"), Is.EqualTo("x=y"));
        Assert.That(block.Get("B"), Is.Null);
    }

    [Test]
    public void A_prefix_removes_all_that_begin_so()
    {
        var block = Block("ZERG_EXEC_A=1", "ZERG=2", "ZERG_EXEC_B=");
        block.RemovePrefix("ZERG_EXEC_");

        Assert.That(Texts(block), Is.EqualTo(new[] { "ZERG=2" }));
    }

    [Test]
    public void Bytes_that_are_no_text_pass_through()
    {
        byte[] odd = [(byte)'K', (byte)'=', 0xff, 0xfe];
        var copy = new EnvironmentBlock([odd]).Copy();
        copy.Set("L", "1");

        Assert.That(copy.Entries[0], Is.EqualTo(odd));
    }

    [Test]
    public void A_copy_is_apart()
    {
        var block = Block("A=1");
        block.Copy().Remove("A");

        Assert.That(block.Get("A"), Is.EqualTo("1"));
    }

    private static EnvironmentBlock Block(params string[] entries) => new(entries.Select(Encoding.UTF8.GetBytes));

    private static IEnumerable<string> Texts(EnvironmentBlock block) => block.Entries.Select(Encoding.UTF8.GetString);
}
