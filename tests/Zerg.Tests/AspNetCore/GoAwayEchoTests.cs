using System.Buffers;
using System.IO.Pipelines;
using Zergling.AspNetCore.Draining;

namespace Zerg.Tests.AspNetCore;

[CancelAfter(15_000)]
internal sealed class GoAwayEchoTests
{
    private static readonly byte[] s_data = [0, 0, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0];
    private static readonly byte[] s_announcement =
        [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

    // However the bytes are cut: frames end where they like.
    [TestCase(1)]
    [TestCase(5)]
    [TestCase(9)]
    [TestCase(100)]
    public async Task A_PING_follows_the_announcement_and_its_answer_is_heard(int cut, CancellationToken cancel)
    {
        var (client, server) = Connect();
        var echo = new GoAwayEcho();
        var pipe = new EchoingPipe(server, echo);

        await WriteAsync(pipe.Output, s_announcement, cut, cancel);
        Assert.That(await ReadAsync(client.Input, cancel), Is.EqualTo(s_announcement), "not asked for yet");
        echo.Arm();
        await WriteAsync(pipe.Output, s_data, cut, cancel);
        Assert.That(await ReadAsync(client.Input, cancel), Is.EqualTo(s_data));
        await WriteAsync(pipe.Output, s_announcement, cut, cancel);
        var told = await ReadAsync(client.Input, cancel);
        Assert.That(told.Take(17), Is.EqualTo(s_announcement));
        var ping = told.Skip(17).ToArray();
        Assert.That(ping.Take(9), Is.EqualTo((byte[])[0, 0, 8, 6, 0, 0, 0, 0, 0]));
        await WriteAsync(pipe.Output, s_announcement, cut, cancel);
        Assert.That(await ReadAsync(client.Input, cancel), Is.EqualTo(s_announcement), "once is enough");

        ping[4] = 1;
        foreach (var part in ((byte[])[.. s_data, .. ping]).Chunk(cut))
        {
            Assert.That(echo.Heard.IsCompleted, Is.False);
            await client.Output.WriteAsync(part, cancel);
            await ReadAsync(pipe.Input, cancel);
        }

        Assert.That(echo.Heard.IsCompleted, Is.False, "Kestrel may not have taken it yet");
        Assert.That(pipe.Input.TryRead(out _), Is.False);
        await echo.Heard.WaitAsync(cancel);
    }

    private static (IDuplexPipe Client, IDuplexPipe Server) Connect()
    {
        var up = new Pipe();
        var down = new Pipe();
        return (new Ends(down.Reader, up.Writer), new Ends(up.Reader, down.Writer));
    }

    private static async Task WriteAsync(PipeWriter writer, byte[] frame, int cut, CancellationToken cancel)
    {
        foreach (var part in frame.Chunk(cut))
            writer.Write(part);
        await writer.FlushAsync(cancel);
    }

    private static async Task<byte[]> ReadAsync(PipeReader reader, CancellationToken cancel)
    {
        var result = await reader.ReadAsync(cancel);
        var bytes = result.Buffer.ToArray();
        reader.AdvanceTo(result.Buffer.End);
        return bytes;
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
