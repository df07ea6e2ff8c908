using System.Runtime.InteropServices;
using System.Threading.Channels;
using Zerg;
using Zerg.Posix;
using ZergPool.Control;

namespace ZergPool.Top;

/// <summary>Keeps the screen as the pool is, and gives it the orders that keys ask for.</summary>
internal sealed class TopLoop(string address, TimeSpan delay, bool hasColour, TimeProvider time) : IDisposable
{
    private const int MaxEvents = 256;
    private const int MaxOrders = 8;
    private const int BySignal = 128;

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly Channel<TopEvent> _events = Channel.CreateBounded<TopEvent>(MaxEvents);
    private readonly SemaphoreSlim _askNow = new(0);
    private readonly ProcessReader _processes = new();
    private int _orders;
    private volatile bool _isEnding;

    /// <summary>Runs until a key or a signal ends it; returns the status to exit with.</summary>
    public async Task<int> RunAsync(ControlReply first)
    {
        var now = time.GetUtcNow();
        var model = new TopModel { Status = first.Status!, Seen = now, Now = now, Delay = delay, HasKeys = true }
            .Heard(first.Status!, _processes.Read(first), now);
        using var over = new CancellationTokenSource();
        using var resize = On(PosixSignal.SIGWINCH, new TopEvent.Changed());
        using var goOn = On(PosixSignal.SIGCONT, new TopEvent.Continued());
        using var interrupt = On(PosixSignal.SIGINT, new TopEvent.Ended(ExitCodes.Ok));
        using var terminate = On(PosixSignal.SIGTERM, new TopEvent.Ended(BySignal + Signals.SIGTERM));
        using var hangUp = On(PosixSignal.SIGHUP, new TopEvent.Ended(BySignal + Signals.SIGHUP));
        using var terminal = new TopTerminal();
        new Thread(ReadKeys) { IsBackground = true }.Start();
        List<Task> others = [AskAsync(over.Token), TickAsync(over.Token)];
        try
        {
            do
            {
                while (_events.Reader.TryRead(out var happened))
                {
                    if (happened is TopEvent.Ended ended)
                        return ended.ExitCode;
                    if (happened is TopEvent.Pressed { Key: var key } && model.IsEndedBy(key))
                        return ExitCodes.Ok;
                    if (happened is TopEvent.Continued)
                        terminal.Resume();
                    model = Handle(model, happened) with { Now = time.GetUtcNow() };
                }
            }
            while (Draw(model) && await _events.Reader.WaitToReadAsync());
            return BySignal + Signals.SIGHUP;
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(others).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _askNow.Dispose();

    private TopModel Handle(TopModel model, TopEvent happened)
    {
        switch (happened)
        {
            case TopEvent.Asked { Reply.Status: { } status } asked:
                return model.Heard(status, asked.Usage, time.GetUtcNow());
            case TopEvent.Asked asked:
                return model with { Trouble = asked.Reply.Message };
            case TopEvent.Ordered { Reply: var reply } ordered:
                _orders--;
                _askNow.Release();
                return model with { Message = $"{ordered.Words}: {reply.Message}" };
            case TopEvent.Pressed { Key: TopKey.Yes } when model.Asked is { } order:
                return _orders < MaxOrders ? Give(model, order)
                    : model with { Asked = null, Message = $"{order.Words}: {MaxOrders} orders wait already" };
            case TopEvent.Pressed pressed:
                return model.Press(pressed.Key);
            default:
                return model;
        }
    }

    private TopModel Give(TopModel model, TopOrder order)
    {
        _orders++;
        _ = Task.Factory.StartNew(
            () => Post(new TopEvent.Ordered(order.Words, ControlClient.Ask(address, order.Request))),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return model.Press(TopKey.Yes);
    }

    private bool Draw(TopModel model)
    {
        var (width, height) = TopTerminal.Size;
        return TopTerminal.Write(TopPaint.Frame(TopScreen.Render(model, width, height), width, hasColour));
    }

    private async Task AskAsync(CancellationToken over)
    {
        while (true)
        {
            await _askNow.WaitAsync(delay, over);
            var reply = await Task.Run(
                () => ControlClient.Ask(address, new ControlRequest { Command = "status" }), over).WaitAsync(over);
            await _events.Writer.WriteAsync(new TopEvent.Asked(reply, _processes.Read(reply)), over);
        }
    }

    // A pool that hangs says nothing, and its silence grows.
    private async Task TickAsync(CancellationToken over)
    {
        using var timer = new PeriodicTimer(s_tick, time);
        while (await timer.WaitForNextTickAsync(over))
            _events.Writer.TryWrite(new TopEvent.Changed());
    }

    private void ReadKeys()
    {
        while (TopTerminal.Read() is { Length: > 0 } data)
        {
            foreach (var key in TopKeys.Read(data))
                Post(new TopEvent.Pressed(key));
        }

        Post(new TopEvent.Ended(BySignal + Signals.SIGHUP));
    }

    // The second one that is to end it does so at once: a terminal may take nothing any more.
    private PosixSignalRegistration On(PosixSignal signal, TopEvent happened)
        => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = !_isEnding || happened is not TopEvent.Ended;
            _isEnding |= happened is TopEvent.Ended;
            Post(happened);
        });

    // From threads that may wait until the screen has been drawn.
    private void Post(TopEvent happened) => _events.Writer.WriteAsync(happened).AsTask().Wait();
}
