using System.Diagnostics;
using System.Net.Sockets;

namespace Zerg.StrictClient;

internal sealed partial class Http2Worker
{
    private readonly List<Http2Stream> _leaving = [];

    /// <summary>The connection is gone: so is each of its streams, none of which is sent again.</summary>
    private void LoseAll(long start, Exception failure)
    {
        if (_streams.Count == 0)
        {
            LoseIdle(start, failure);
            return;
        }

        var (kind, detail) = Classify(failure);
        foreach (var stream in _streams.Values)
        {
            var isCut = kind == LossKind.EmptyReply && stream.HasHead;
            Lose(stream, isCut ? LossKind.ShortReply : kind, _goAway ? $"{detail} (after GOAWAY)" : detail);
        }

        _streams.Clear();
    }

    private void LoseIdle(long start, Exception failure)
    {
        if (Phase == LossPhase.Connect)
        {
            // Not one of the streams could be opened; the attempt counts as one request.
            var taken = _pacer is not null ? _pacer.TryTake() : Run.TryStart() ? start : null;
            if (taken is null && !Run.IsStopped)
                _isOver = true;
            else
                Lose(taken ?? start, failure);
        }
        else if (_goAway || _isOver || Run.IsStopped)
        {
            // The last frame, our own GOAWAY, may find the connection closed.
            if (_goAway)
                Tally.Reconnect();
        }
        else if (failure is LossException { Kind: LossKind.EmptyReply })
        {
            Tally.IdleClose();
        }
        else if (failure is SocketException)
        {
            Tally.IdleReset();
        }
        else
        {
            Lose(start, failure);
        }
    }

    private void Lose(Http2Stream stream, LossKind kind, string detail)
    {
        Phase = stream.Phase;
        Lose(stream.Start, kind, $"stream {stream.Id}: {detail}");
        _spare.Push(stream);
    }

    /// <summary>Loses every stream that waits for longer than a request may.</summary>
    private void ExpireStreams()
    {
        var oldest = Stopwatch.GetTimestamp() - (long)(Options.RequestTimeout.TotalSeconds * Stopwatch.Frequency);
        foreach (var stream in _streams.Values)
        {
            if (stream.Sent < oldest)
                _leaving.Add(stream);
        }

        foreach (var stream in _leaving)
            _output.AddReset(stream.Id, Http2Frame.Cancel);
        LoseLeaving(LossKind.Timeout, $"nothing within {Options.RequestTimeout.TotalSeconds} s");
    }

    private void RefuseAbove(int lastId)
    {
        foreach (var stream in _streams.Values)
        {
            if (stream.Id > lastId)
                _leaving.Add(stream);
        }

        LoseLeaving(LossKind.RefusedStream, $"above the last stream of a GOAWAY, {lastId}");
    }

    private void LoseLeaving(LossKind kind, string detail)
    {
        foreach (var stream in _leaving)
        {
            _streams.Remove(stream.Id);
            Lose(stream, kind, detail);
        }

        _leaving.Clear();
    }
}
