using System.Diagnostics;

namespace Zerg.StrictClient;

/// <summary>
/// HTTP/2 with prior knowledge. One task does all of a connection: it opens streams, writes what has gathered, waits
/// for bytes and handles them, so that nothing needs a lock.
/// </summary>
internal sealed partial class Http2Worker : LoadWorker
{
    private const int ConnectionWindow = 16 * 1024 * 1024;
    private const int StreamWindow = 1024 * 1024;
    // RFC 9113, 6.5.2, wants servers to allow at least so many; more would be refused for no fault of theirs.
    private const int StreamsBeforeSettings = 100;
    private const int LastStreamId = 1 << 30;

    private readonly ScheduledPacer? _pacer;
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly Stack<Http2Stream> _spare = [];
    private readonly Http2Output _output;
    private readonly HpackDecoder.OnField _onField;
    private Task<int>? _receiving;
    private HpackDecoder _hpack = new();
    private bool _goAway;
    private bool _isOver;
    private int _nextId;
    private long _maxStreams;

    public Http2Worker(LoadRun run, int index)
        : base(run, new Wire(run.Options.Target, 2 * (Http2Frame.MaxPayload + Http2Frame.HeaderBytes)))
    {
        _pacer = run.Options.Rate > 0 ? new ScheduledPacer(run, index) : null;
        _output = new Http2Output(run.Options);
        _onField = OnField;
    }

    public override async Task RunAsync()
    {
        while (!_isOver && !Run.IsStopped)
        {
            // A paced connection is opened when it is wanted.
            if (_pacer is not null)
                await Run.DelayUntilAsync(_pacer.Next);
            if (!Run.IsStopped && !await TryConnectionAsync())
                await Run.DelayAsync(Options.LossPause);
        }

        if (_pacer is not null && Run.LoadEnd is { } loadEnd)
            Tally.LeaveUnsent(_pacer.CountMissed(loadEnd));
    }

    private async Task<bool> TryConnectionAsync()
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await RunConnectionAsync();
            return true;
        }
        catch (Exception failure)
        {
            LoseAll(start, failure);
            return false;
        }
        finally
        {
            Wire.Close();
            if (_receiving is { } receiving)
                await ((Task)receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _receiving = null;
        }
    }

    private async Task RunConnectionAsync()
    {
        Wire.Arm(Options.RequestTimeout);
        await ConnectAsync();
        Wire.Disarm();
        Reset();
        _output.AddPreface(ConnectionWindow, StreamWindow);
        while (true)
        {
            OpenStreams();
            var isDone = _streams.Count == 0 && (_goAway || _isOver || Run.IsStopped);
            if (isDone)
                _output.AddGoAway();
            Phase = LossPhase.Send;
            await FlushAsync();
            if (isDone)
                break;
            Phase = LossPhase.Headers;
            if (await ReceiveAsync())
                HandleFrames();
            ExpireStreams();
        }

        if (_goAway)
            Tally.Reconnect();
    }

    private void Reset()
    {
        _output.Clear();
        _hpack = new HpackDecoder();
        _goAway = false;
        _nextId = 1;
        _maxStreams = StreamsBeforeSettings;
        ResetFrames();
    }

    private void OpenStreams()
    {
        var most = _pacer is null ? Math.Min(Options.StreamsPerConnection, _maxStreams) : _maxStreams;
        while (!_goAway && !_isOver && _streams.Count < most && _nextId < LastStreamId)
        {
            var now = Stopwatch.GetTimestamp();
            if (_pacer is not null && _pacer.Next > now)
                break;
            var start = _pacer is not null ? _pacer.TryTake() : Run.TryStart() ? now : null;
            if (start is null)
            {
                _isOver = true;
                break;
            }

            var stream = _spare.TryPop(out var spare) ? spare : new Http2Stream(Tally.Releases);
            stream.Begin(_nextId, start.Value, now);
            _streams.Add(_nextId, stream);
            _output.AddRequest(_nextId);
            _nextId += 2;
        }

        // Out of numbers: end as if the server had asked for it.
        _goAway |= _nextId >= LastStreamId;
    }

    private async ValueTask FlushAsync()
    {
        // Only a connection that rests between its requests may be silent.
        if (_streams.Count > 0 || _pacer is null)
            Wire.Arm(Options.RequestTimeout);
        else
            Wire.Disarm();
        if (_output.Pending.IsEmpty)
            return;
        await Wire.SendAsync(_output.Pending);
        _output.Clear();
    }

    /// <summary>Waits for bytes; false when a paced connection must first send.</summary>
    private async ValueTask<bool> ReceiveAsync()
    {
        int count;
        if (_pacer is null)
        {
            count = await Wire.FillAsync();
        }
        else
        {
            _receiving ??= Wire.FillAsync().AsTask();
            var sendsNext = !_goAway && !_isOver && !Run.IsStopped && _streams.Count < _maxStreams;
            if (sendsNext && !_receiving.IsCompleted)
            {
                await Task.WhenAny(_receiving, Run.DelayUntilAsync(_pacer.Next));
                if (!_receiving.IsCompleted)
                    return false;
            }

            var received = _receiving;
            _receiving = null;
            count = await received;
        }

        if (count == 0)
            throw new LossException(LossKind.EmptyReply, "closed");
        return true;
    }
}
