using System.Globalization;
using System.Text.RegularExpressions;
using Zerg.Tests.Harness;

namespace Zerg.Tests.PeerServers;

/// <summary>Another client's word on HTTP/2: h2load counts every stream that a GOAWAY leaves out as errored.</summary>
internal sealed partial class H2loadTests : PeerFixture
{
    private const int HandOvers = 3;

    [Test, CancelAfter(120_000)]
    public async Task It_has_no_request_errored_over_several_hand_overs(CancellationToken cancel)
    {
        Peers.Require("h2load");
        var target = await StartPoolAsync("127.0.0.1:0", cancel);
        var serving = Http2("r0");
        await AcceptingAsync(1, cancel);
        var (total, underLoad) = (0, 0);
        for (var number = 1; number <= HandOvers; number++)
        {
            // Anew for each: it does not connect again. By time and not by number, or what it did not send by then
            // counts as errored.
            var load = Start(
                "h2load", "/usr/bin/h2load", ["-D", "10", "-c", "8", "-m", "10", $"http://{target}/slow?ms=20"]);
            await load.OutputAsync("Main benchmark duration is started", cancel);
            var next = await RollOutAsync(Http2, string.Create(CultureInfo.InvariantCulture, $"r{number}"), cancel);
            Assert.That(await serving.ExitAsync(cancel), Is.Zero);
            underLoad += load.HasExited ? 0 : 1;
            serving = next;

            Assert.That(await load.ExitAsync(cancel), Is.Zero);
            var requests = await load.OutputAsync("requests: ", cancel);
            Proof.NothingLost(requests, Does.EndWith(" 0 failed, 0 errored, 0 timeout"));
            var counts = Counts().Match(requests);
            var ok = counts.Groups["ok"].Value;
            Proof.NothingLost(counts.Groups["done"].Value, Is.EqualTo(ok), requests);
            Proof.NothingLost(
                await load.OutputAsync("status codes: ", cancel),
                Is.EqualTo($"status codes: {ok} 2xx, 0 3xx, 0 4xx, 0 5xx"));
            total += int.Parse(ok, CultureInfo.InvariantCulture);
        }

        TestContext.Out.WriteLine($"{total} requests, {underLoad} of {HandOvers} hand-overs under load, none errored");
        Assert.That(underLoad, Is.Positive, "every load was over before its hand-over");
    }

    private ChildProcess Http2(string release) => Hello(release, ("Kestrel__EndpointDefaults__Protocols", "Http2"));

    [GeneratedRegex(@" (?<done>\d+) done, (?<ok>\d+) succeeded,")]
    private static partial Regex Counts();
}
