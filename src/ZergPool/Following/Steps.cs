namespace ZergPool.Following;

/// <summary>The steps of one deploy, made of what was told of it.</summary>
internal sealed class Steps(TimeProvider time)
{
    private const int Attach = 0;
    private const int Start = 1;
    private const int Check = 2;
    private const int HandOver = 3;
    private const int Bake = 4;
    private const int Drain = 5;

    private readonly Step[] _all =
        [new("attach"), new("start"), new("check"), new("hand-over"), new("bake"), new("drain")];

    private int _current = -1;
    private long _since;

    /// <summary>All of them, in their order.</summary>
    public IReadOnlyList<Step> All => _all;

    /// <summary>Goes on to where the release is now; it never goes back.</summary>
    public void Tell(Progress progress)
    {
        var step = Math.Max(_current, Of(progress));
        if (step != _current)
            GoOn(step);
        if (progress.Spare is { } spare)
            _all[Bake] = _all[Bake] with { State = StepState.Now, Text = spare };
        if (step == _all.Length)
            return;
        var isOver = progress.Stage == Progress.Failed;
        if (isOver && _all[Bake].State == StepState.Now)
            (step, _all[Drain]) = (Bake, new Step(_all[Drain].Name));
        _all[step] = _all[step] with
        {
            State = isOver ? StepState.Failed : StepState.Now,
            Took = time.GetElapsedTime(_since),
            Text = isOver ? "" : progress.Text,
            Said = isOver ? null : progress.Said,
        };
    }

    private void GoOn(int next)
    {
        var now = time.GetTimestamp();
        for (var step = Math.Max(_current, 0); step < next; step++)
        {
            // What was not seen between two looks did not take as long as that, or had nothing to do.
            _all[step] = new Step(
                _all[step].Name,
                step == _current || step is Attach or Start or HandOver ? StepState.Done : StepState.None,
                step == _current ? time.GetElapsedTime(_since, now) : null);
        }

        (_current, _since) = (next, now);
    }

    private int Of(Progress progress) => progress.Stage switch
    {
        Progress.Done => _all.Length,
        Progress.Failed => progress.Zergling is null ? Attach : Start,
        "draining" => Drain,
        "switching" or "rolling" or "baking" or "returning" => HandOver,
        _ when progress.Zergling is null => Attach,
        "checking" => Check,
        "waiting" => HandOver,
        _ => Start,
    };
}
