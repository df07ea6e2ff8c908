using System.Text;
using System.Text.Json;
using ZergPool.Control;

namespace Zerg.Fuzz.Targets;

/// <summary>An order to the pool: one line of JSON.</summary>
internal sealed class ControlTarget : FuzzTarget
{
    public override string Name => "control";

    public override IReadOnlyList<string> Tokens { get; } =
    [
        "{", "}", "[", "\"command\":", "\"zergling\":", "\"status\"", "\"drain\"", "null", "\"\\ud800\"", ",",
        "\"1\"", "\n",
    ];

    public override string Run(byte[] input)
    {
        if (ControlRequest.Read(input) is not { } request)
            return "none";
        Must(request.Command is not null, "an order without a command");
        var json = JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.ControlRequest);
        Must(
            ControlRequest.Read(json) is { } again
                && JsonSerializer.SerializeToUtf8Bytes(again, ControlJson.Default.ControlRequest).AsSpan().SequenceEqual(json),
            "does not survive its own JSON");
        return Encoding.UTF8.GetString(json);
    }

    protected override IEnumerable<byte[]> OwnSeeds() =>
    [
        "{\"command\":\"status\"}\n"u8.ToArray(), "{\"command\":\"drain\",\"zergling\":\"1\"}\n"u8.ToArray(),
        "{\"command\":null}"u8.ToArray(), "{\"zergling\":\"app\",\"command\":\"pause\"}"u8.ToArray(),
    ];
}
