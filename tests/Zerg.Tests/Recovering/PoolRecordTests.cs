using Zerg.Tests.Harness;
using ZergPool.Deploying;
using ZergPool.Handover;
using ZergPool.Recovering;
using ZergPool.Upgrading;

namespace Zerg.Tests.Recovering;

/// <summary>What a pool leaves for the next one, of its own version or another.</summary>
internal sealed class PoolRecordTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string Plain =
        """{"generation":3,"release":"r1","lastId":7,"sockets":[{"asked":"127.0.0.1:0","actual":"127.0.0.1:80","inode":12}]}""";

    [Test]
    public void Without_anything_adopted_it_is_as_it_was()
    {
        var record = PoolRecord.Parse(Plain, out _)!;
        Assert.That(record.Sockets.Single(), Is.EqualTo(new RecordedSocket("127.0.0.1:0", "127.0.0.1:80", 12)));
        Assert.That(record.ToString(), Is.EqualTo(Plain + "\n"));
    }

    [Test]
    public void What_was_adopted_comes_back_with_its_server()
    {
        var socket = new RecordedSocket("/run/app.sock", "/run/app.sock", 12, "pid 5 (nginx)", new FileState(1, 2));
        var record = new PoolRecord(0, null, 0, [socket], Formers: [new RecordedProcess(5, 99)]);
        var parsed = PoolRecord.Parse(record.ToString(), out _)!;
        Assert.That(parsed.Sockets.Single(), Is.EqualTo(socket));
        Assert.That(parsed.Formers, Is.EqualTo(new[] { new RecordedProcess(5, 99) }));
    }

    [Test]
    public void What_a_pool_writes_is_believed()
    {
        var window = new RollbackWindow(3, "r3", "r2", [1, 2], s_now, 1, [new GoneResponses(0, ZergResponses.None)], To: 4);
        var roll = new Roll(5, 0, 4, s_now) { Stop = 1, Answered = 12 };
        var exchange = new CurrentHandover(4, "r3", [1, 2], HandoverPhase.Rolling, s_now, s_now) { Roll = roll };
        var deployment = new RecordedDeployment(1, new Workload("r3", ["serve"], "/srv", true), 4_000_000, 12);
        var record = new PoolRecord(
            1_000_000_000, "r3", 1_000_000_000, [new RecordedSocket("*:0", "*:80", 12, Network: 4)], window, [deployment],
            exchange, new GoingBack("r2", "it crashes", 4), [new RecordedProcess(5, 99)]);
        Assert.That(PoolRecord.Parse(record.ToString(), out var problem)?.ToString(), Is.EqualTo(record.ToString()), problem);
    }

    [TestCase("\"generation\":3", "\"generation\":-1", "generation is -1, must be 0 to 1000000000")]
    [TestCase("\"generation\":3", "\"generation\":1000000001", "generation is 1000000001, must be 0 to 1000000000")]
    [TestCase("\"lastId\":7", "\"lastId\":-7", "lastId is -7, must be 0 to 1000000000")]
    [TestCase("\"inode\":12", "\"inode\":0", "127.0.0.1:80 has no inode")]
    [TestCase("127.0.0.1:80", "nowhere:port:80", "'nowhere:port:80' is no address")]
    [TestCase("\"sockets\":[", "\"sockets\":[null,", "an entry of sockets is null")]
    [TestCase("}]}", "}],\"window\":{\"generation\":4,\"release\":\"\",\"former\":\"\",\"from\":[1],\"until\":\"2026-01-01T00:00:00Z\"}}",
        "generation of the rollback window is 4, must be 1 to 3")]
    [TestCase("}]}", "}],\"window\":{\"generation\":3,\"release\":\"\",\"former\":\"\",\"from\":[-1],\"until\":\"2026-01-01T00:00:00Z\"}}",
        "zergling of the rollback window is -1, must be 0 to 1000000000")]
    [TestCase("}]}", "}],\"window\":{\"generation\":3,\"release\":\"\",\"former\":\"\",\"from\":[],\"until\":\"9999-01-01T00:00:00Z\"}}",
        "the end of the rollback window is no time")]
    [TestCase("}]}", "}],\"exchange\":{\"to\":1,\"release\":\"\",\"from\":[],\"phase\":99,\"started\":\"2026-01-01T00:00:00Z\",\"phaseStarted\":\"2026-01-01T00:00:00Z\"}}",
        "phase 99 is none of a hand-over")]
    [TestCase("}]}", "}],\"exchange\":{\"to\":1,\"release\":\"\",\"from\":[],\"phase\":2,\"started\":\"2026-01-01T00:00:00Z\",\"phaseStarted\":\"2026-01-01T00:00:00Z\"}}",
        "an exchange of workers does not say of how many")]
    [TestCase("}]}", "}],\"deployments\":[{\"id\":-1,\"workload\":{\"release\":null,\"words\":[],\"directory\":null,\"replaces\":false},\"pid\":0,\"started\":0}]}",
        "id of a deployment is -1, must be 1 to 1000000000")]
    [TestCase("}]}", "}],\"deployments\":[{\"id\":1,\"workload\":{\"release\":null,\"words\":[],\"directory\":null,\"replaces\":false},\"pid\":-1,\"started\":0}]}",
        "pid of a launcher is -1, must be 0 to 4194304")]
    [TestCase("}]}", "}],\"formers\":[{\"pid\":0,\"started\":1}]}", "pid of a former server is 0, must be 1 to 4194304")]
    [TestCase("}]}", "}],\"goesBack\":{\"release\":\"\",\"reason\":\"\",\"from\":-2}}", "zergling of the goesBack is -2, must be 0 to 1000000000")]
    public void What_no_pool_writes_is_not_believed(string part, string instead, string reason)
    {
        var odd = PoolRecord.Parse(Plain.Replace(part, instead, StringComparison.Ordinal), out var problem);
        Proof.Refused(problem, Is.EqualTo(reason));
        Proof.Refused(odd, Is.Null);
    }

    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("{\"generation\":3")]
    [TestCase("{\"generation\":99999999999,\"release\":null,\"lastId\":0,\"sockets\":[]}")]
    public void What_is_no_record_is_said_in_one_line(string text)
    {
        Proof.Refused(PoolRecord.Parse(text, out var problem), Is.Null);
        Assert.That(problem, Is.Not.Null.And.Not.Contains("\n"));
    }
}
