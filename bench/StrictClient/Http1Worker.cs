using System.Runtime.CompilerServices;
using System.Text;

namespace Zerg.StrictClient;

/// <summary>All HTTP/1.1 modes: one request after the other, on a connection kept while the server keeps it.</summary>
internal sealed partial class Http1Worker : LoadWorker
{
    private const int BufferBytes = 16 * 1024;

    private readonly IPacer _pacer;
    private readonly byte[] _request;
    private readonly ResponseHead _head;
    private readonly BodyDecoder _body = new();

    public Http1Worker(LoadRun run, IPacer pacer)
        : base(run, new Wire(run.Options.Target, BufferBytes, Http1Request.ReceiveBufferBytes(run.Options)))
    {
        _pacer = pacer;
        _request = Http1Request.Format(run.Options);
        _head = new ResponseHead(run.Tally.Releases);
    }

    public override async Task RunAsync()
    {
        while (await _pacer.NextAsync() is { } start)
        {
            if (!await TryExchangeAsync(start) && !_pacer.Rests)
                await Run.DelayAsync(Options.LossPause);
        }

        Wire.Close();
        if (_pacer is ScheduledPacer schedule && Run.LoadEnd is { } loadEnd)
            Tally.LeaveUnsent(schedule.CountMissed(loadEnd));
    }

    private async ValueTask<bool> TryExchangeAsync(long start)
    {
        try
        {
            if (Wire.IsOpen && _pacer.Rests && Wire.IsReadable())
                await LeaveIdleAsync();
            Wire.Arm(Run.ExchangeTimeout);
            await ExchangeAsync();
            Wire.Disarm();
            Tally.Success(start);
            if (_head.Closes || Options.Mode == LoadMode.PerConnection)
                await FinishAsync();
            return true;
        }
        catch (Exception failure)
        {
            Lose(start, failure);
            Wire.Close();
            return false;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ExchangeAsync()
    {
        if (!Wire.IsOpen)
            await ConnectAsync();
        Phase = LossPhase.Send;
        await Wire.SendAsync(_request);
        if (Options.Mode == LoadMode.Upload)
            await SendBodyAsync();
        Phase = LossPhase.Headers;
        await ReadHeadAsync();
        Phase = LossPhase.Body;
        _body.Begin(_head);
        await ReadBodyAsync();
        if (!Wire.Unread.IsEmpty)
            throw new LossException(LossKind.BadReply, $"{Wire.Unread.Length} bytes behind the response");
        Tally.Response(_head.Status, _head.FinalRelease());
        Check();
    }

    private async ValueTask ReadHeadAsync()
    {
        do
        {
            int used;
            while (!Http1Parser.TryParse(Wire.Unread.Span, _head, out used))
            {
                if (await Wire.FillAsync() == 0)
                    throw EndInHead();
            }

            Wire.Advance(used);
        }
        while (_head.Status is >= 100 and < 200 and not 101);
    }

    private LossException EndInHead() => Wire.Unread.IsEmpty
        ? new(LossKind.EmptyReply, "closed without a response")
        : new(LossKind.ShortReply, $"closed after {Wire.Unread.Length} bytes of the head");

    private void Check()
    {
        if (!Options.IsGood(_head.Status))
            throw new LossException(LossKind.BadReply, $"status {_head.Status}");
        if (Options.ExpectLength is not { } expected)
        {
            if (_body.EndsAtClose)
                Tally.TakeUnmeasured();
            return;
        }

        if (Options.Mode == LoadMode.Upload)
        {
            var text = Encoding.Latin1.GetString(_body.Prefix).Trim();
            if (text != $"{expected}")
                throw new LossException(LossKind.WrongBody, $"the response says '{text}', expected {expected}");
        }
        else if (_body.Length != expected)
        {
            throw new LossException(LossKind.WrongBody, $"a body of {_body.Length} bytes, expected {expected}");
        }
    }
}
