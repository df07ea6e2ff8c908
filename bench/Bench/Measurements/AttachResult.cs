using Zerg.Bench.Report;

namespace Zerg.Bench.Measurements;

internal sealed record AttachResult(Series Times, ProcessMemory Before, ProcessMemory After)
{
    public int MoreDescriptors => After.Descriptors - Before.Descriptors;

    public long MorePss => After.Pss - Before.Pss;

    public string[] Cells(string name) =>
    [
        name, $"{Times.Median:0.000}", $"{Times.At(0.99):0.000}", $"{Times.Most:0.000}", $"{Before.Descriptors}",
        $"{After.Descriptors}", $"{Before.Pss}", $"{After.Pss}", $"{Before.Rss}", $"{After.Rss}",
    ];
}
