using ZergPool.Recovering;
using ZergPool.Upgrading;

namespace Zerg.Tests.Recovering;

/// <summary>What a pool leaves for the next one, of its own version or another.</summary>
internal sealed class PoolRecordTests
{
    private const string Plain =
        """{"generation":3,"release":"r1","lastId":7,"sockets":[{"asked":"127.0.0.1:0","actual":"127.0.0.1:80","inode":12}]}""";

    [Test]
    public void Without_anything_adopted_it_is_as_it_was()
    {
        var record = PoolRecord.Parse(Plain)!;
        Assert.That(record.Sockets.Single(), Is.EqualTo(new RecordedSocket("127.0.0.1:0", "127.0.0.1:80", 12)));
        Assert.That(record.ToString(), Is.EqualTo(Plain + "\n"));
    }

    [Test]
    public void What_was_adopted_comes_back_with_its_server()
    {
        var socket = new RecordedSocket("/run/app.sock", "/run/app.sock", 12, "pid 5 (nginx)", new FileState(1, 2));
        var record = new PoolRecord(0, null, 0, [socket], Formers: [new RecordedProcess(5, 99)]);
        var parsed = PoolRecord.Parse(record.ToString())!;
        Assert.That(parsed.Sockets.Single(), Is.EqualTo(socket));
        Assert.That(parsed.Formers, Is.EqualTo(new[] { new RecordedProcess(5, 99) }));
    }
}
