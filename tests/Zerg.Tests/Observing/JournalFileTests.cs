using System.Text;
using Zerg.Posix;
using Zerg.Tests.Harness;
using ZergPool.Journal;

namespace Zerg.Tests.Observing;

/// <summary>The file behind <c>zergpool history</c>.</summary>
internal sealed class JournalFileTests
{
    private const int Limit = 4096;

    private TemporaryDirectory _directory = null!;
    private string _path = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();
        _path = _directory.File("pool.sock.history");
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void Its_size_is_limited_and_the_newest_lines_stay()
    {
        using var file = JournalFile.Open(_path);
        for (var number = 0; number < 1000; number++)
        {
            file.Append(Line(number), Limit);
            Assert.That(new FileInfo(_path).Length, Is.LessThanOrEqualTo(Limit));
            Assert.That(Numbers(file).First(), Is.EqualTo(number));
        }

        var numbers = Numbers(file);
        Assert.That(numbers, Is.EqualTo(Enumerable.Range(1000 - numbers.Length, numbers.Length).Reverse()));
        Assert.That(numbers, Has.Length.GreaterThan(20));
        file.Limit(200);
        Assert.That(new FileInfo(_path).Length, Is.LessThanOrEqualTo(200));
        Assert.That(Numbers(file)[0], Is.EqualTo(999));
        Assert.That(
            File.GetUnixFileMode(_path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead));
    }

    // What is in the file when the program ends at any byte of dropping the older half: blank lines first, then the copy.
    [Test]
    public void Whatever_ends_it_in_the_middle_loses_the_older_half_at_most()
    {
        byte[] whole = [.. Enumerable.Range(0, 20).SelectMany(number => (byte[])[.. Line(number), (byte)'\n'])];
        var start = whole.AsSpan((whole.Length + 1) / 2).IndexOf((byte)'\n') + ((whole.Length + 1) / 2) + 1;
        var newer = whole[start..];
        var kept = newer.Count(one => one == (byte)'\n');
        Assert.That(kept, Is.GreaterThan(7));
        for (var done = 0; done <= newer.Length; done++)
        {
            byte[] blanked = [.. Enumerable.Repeat((byte)'\n', done), .. whole[done..]];
            byte[] copied = [.. newer[..done], .. Enumerable.Repeat((byte)'\n', newer.Length - done), .. whole[newer.Length..]];
            foreach (var left in new[] { blanked, copied })
            {
                File.WriteAllBytes(_path, left);
                using var file = JournalFile.Open(_path);
                Assert.That(Numbers(file).Distinct().Take(kept), Is.EqualTo(Enumerable.Range(20 - kept, kept).Reverse()), $"{done}");
            }
        }
    }

    [Test]
    public void After_a_torn_line_the_next_one_begins_anew()
    {
        File.WriteAllText(_path, "{\"number\":1}\n{\"numb");
        using (var file = JournalFile.Open(_path))
            file.Append(Line(2), Limit);
        using var again = JournalFile.Open(_path);
        Assert.That(Numbers(again), Is.EqualTo(new[] { 2, 1 }));
    }

    [Test]
    public void What_leads_elsewhere_is_not_opened()
    {
        File.WriteAllText(_directory.File("other"), "");
        File.CreateSymbolicLink(_path, _directory.File("other"));
        Assert.That(() => JournalFile.Open(_path), Throws.InstanceOf<SyscallException>());
        File.Delete(_path);
        Assert.That(Mono.Unix.Native.Syscall.link(_directory.File("other"), _path), Is.Zero);
        Assert.That(() => JournalFile.Open(_path), Throws.InstanceOf<SyscallException>());
        File.Delete(_path);
        using var first = JournalFile.Open(_path);
        Assert.That(() => JournalFile.Open(_path), Throws.InstanceOf<SyscallException>().With.Message.Contains("another pool"));
        File.Delete(_path);
        Assert.That(first.IsGone);
    }

    private static byte[] Line(int number) => Encoding.UTF8.GetBytes($"{{\"number\":{number},\"pad\":\"{{{new string('x', number % 50)}}}\"}}");

    // As the pool reads them: what is no JSON is left out.
    private static int[] Numbers(JournalFile file) =>
    [
        .. from line in file.Newest()
           let number = Number(line)
           where number is not null
           select number.Value,
    ];

    private static int? Number(byte[] line)
    {
        try
        {
            return System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("number").GetInt32();
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
