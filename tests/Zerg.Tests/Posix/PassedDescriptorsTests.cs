using System.Globalization;
using Zerg.Posix;

namespace Zerg.Tests.Posix;

[NonParallelizable]
internal sealed class PassedDescriptorsTests
{
    private const int High = 700;

    private static string Own => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    [TearDown]
    public void Clear() => Set(null, null, null);

    [Test]
    public void They_are_taken_in_order_and_the_variables_removed()
    {
        using var pipe = Pipe.Create();
        Assert.That(Libc.fcntl(pipe.Read.Number, 0 /* F_DUPFD */, High), Is.EqualTo(High));
        Assert.That(Libc.fcntl(pipe.Write.Number, 0 /* F_DUPFD */, High + 1), Is.EqualTo(High + 1));
        Set(Own, "2", "read:write");

        var taken = PassedDescriptors.Take(out var problem, High);
        Assert.That(problem, Is.Null);
        Assert.That(taken.Select(one => one.Name), Is.EqualTo(new[] { "read", "write" }));
        foreach (var (number, one) in taken.Index())
        {
            using var descriptor = one.Descriptor;
            Assert.That(descriptor.Number, Is.EqualTo(High + number));
            Assert.That(Libc.fcntl(descriptor.Number, 1 /* F_GETFD */, 0), Is.EqualTo(Libc.FD_CLOEXEC));
        }

        Assert.That(Environment.GetEnvironmentVariable("LISTEN_PID"), Is.Null);
        Assert.That(Environment.GetEnvironmentVariable("LISTEN_FDS"), Is.Null);
        Assert.That(Environment.GetEnvironmentVariable("LISTEN_FDNAMES"), Is.Null);
    }

    [Test]
    public void One_that_is_not_open_is_a_problem()
    {
        Set(Own, "1", null);
        Assert.That(PassedDescriptors.Take(out var problem, High + 10), Is.Empty);
        Assert.That(problem, Is.EqualTo($"LISTEN_FDS: descriptor {High + 10} is not open"));
    }

    [Test]
    public void Without_names_they_are_unknown()
    {
        Assert.That(PassedDescriptors.Names(Own, "2", null, out var problem), Is.EqualTo(new[] { "unknown", "unknown" }));
        Assert.That(problem, Is.Null);
    }

    [TestCase(null, "1", null)]
    [TestCase("own", null, null)]
    [TestCase("1", "1", null)]
    [TestCase("own", "0", "")]
    public void There_are_none(string? pid, string? count, string? names)
    {
        Assert.That(PassedDescriptors.Names(pid == "own" ? Own : pid, count, names, out var problem), Is.Empty);
        Assert.That(problem, Is.Null);
    }

    [TestCase("x", "1", null, "LISTEN_PID: 'x' is no process id")]
    [TestCase("own", "-1", null, "LISTEN_FDS: '-1' is no number of descriptors")]
    [TestCase("own", "many", null, "LISTEN_FDS: 'many' is no number of descriptors")]
    [TestCase("own", "99999999999", null, "LISTEN_FDS: '99999999999' is no number of descriptors")]
    [TestCase("own", "2", "one", "LISTEN_FDNAMES: 'one' names 1 descriptors, LISTEN_FDS is 2")]
    public void A_bad_value_is_named(string pid, string count, string? names, string expected)
    {
        Assert.That(PassedDescriptors.Names(pid == "own" ? Own : pid, count, names, out var problem), Is.Empty);
        Assert.That(problem, Is.EqualTo(expected));
    }

    private static void Set(string? pid, string? count, string? names)
    {
        Environment.SetEnvironmentVariable("LISTEN_PID", pid);
        Environment.SetEnvironmentVariable("LISTEN_FDS", count);
        Environment.SetEnvironmentVariable("LISTEN_FDNAMES", names);
    }
}
