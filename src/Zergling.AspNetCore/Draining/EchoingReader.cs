using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Zergling.AspNetCore.Draining;

/// <summary>Shows what is read.</summary>
internal sealed class EchoingReader(PipeReader inner, GoAwayEcho echo) : PipeReader
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        echo.Reading();
        var result = await inner.ReadAsync(cancellationToken);
        echo.Read(result.Buffer);
        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        echo.Reading();
        if (!inner.TryRead(out result))
            return false;
        echo.Read(result.Buffer);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
}
