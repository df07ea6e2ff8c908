using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Posix;

internal sealed class TcpTableTests
{
    private const string Head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    [Test]
    public void Only_what_is_asked_for_of_very_many()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "tcp");
        using (var file = File.CreateText(path))
        {
            file.Write(Head);
            for (var number = 0; number < 30_000; number++)
                file.Write(Row(number, "0100007F:1F90", $"0100007F:{number % 65_536:X4}", "06", 0));
            file.Write(Row(30_000, "0100007F:1F90", "0200007F:ABCD", "01", 4711));
            file.Write(Row(30_001, "0100007F:1F90", "00000000:0000", "0A", 4712));
            file.Write(Row(30_002, "0100007F:1F91", "0300007F:ABCD", "01", 4713));
        }

        var table = new TcpTable(path, Path.Combine(directory.Path, "none"));
        table.Rows(":1F90", isListener: false);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rows = table.Rows(":1F90", isListener: false);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16 * 1024), "bytes allocated");
        Assert.That(rows, Is.EqualTo([("0100007F:1F90", "0200007F:ABCD", 4711UL)]));
        Assert.That(table.Rows(":1F90", isListener: true), Is.EqualTo([("0100007F:1F90", "00000000:0000", 4712UL)]));
    }

    private static string Row(int number, string local, string remote, string state, int inode)
        => $"{number,6}: {local} {remote} {state} 00000000:00000000 00:00000000 00000000     0        0 {inode} 1 0000000000000000 100 0 0 10 0"
            .PadRight(149) + "\n";
}
