using System.Net.Sockets;
using System.Text;
using Zerg.Configuration;

namespace Zergling.Readiness;

/// <summary>
/// Asks a worker over its private socket until it answers 2xx or 3xx. One request a connection and only the status
/// line of the answer matters, which needs no HTTP library.
/// </summary>
internal sealed class HttpProbe(string path, ReadyCheck check)
{
    private const int LongestStatusLine = 1024;
    private const string NoAnswer = "no answer";

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    // A worker that loads leaves the question in its backlog; asked too often, it would find a queue of them.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly byte[] _request = Encoding.ASCII.GetBytes(
        $"GET {check.Path} HTTP/1.1\r\nHost: {check.Host ?? "localhost"}\r\n"
        + "User-Agent: zergling\r\nAccept: */*\r\nConnection: close\r\n\r\n");

    /// <summary>What came of the last question.</summary>
    public string LastAnswer { get; private set; } = NoAnswer;

    /// <summary>Returns once the answer is right.</summary>
    public async Task RunAsync(TimeProvider time, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (!await TryAsync(time, cancel))
            await timer.WaitForNextTickAsync(cancel);
    }

    private async Task<bool> TryAsync(TimeProvider time, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            var line = await AskAsync(either.Token);
            var words = line.Split(' ', 3);
            LastAnswer = line.Length == 0 ? NoAnswer : line;
            return words is [var version, [>= '2' and <= '3', _, _], ..]
                && version.StartsWith("HTTP/", StringComparison.Ordinal);
        }
        catch (SocketException problem)
        {
            LastAnswer = problem.Message;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            LastAnswer = NoAnswer;
        }

        return false;
    }

    private async Task<string> AskAsync(CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        for (var sent = 0; sent < _request.Length;)
            sent += await socket.SendAsync(_request.AsMemory(sent), cancel);

        var answer = new byte[LongestStatusLine];
        var filled = 0;
        while (filled < answer.Length)
        {
            var count = await socket.ReceiveAsync(answer.AsMemory(filled), cancel);
            if (count == 0)
                break;
            filled += count;
            var end = answer.AsSpan(0, filled).IndexOf((byte)'\n');
            if (end >= 0)
                return Encoding.ASCII.GetString(answer, 0, end).TrimEnd('\r');
        }

        return Encoding.ASCII.GetString(answer, 0, filled);
    }
}
