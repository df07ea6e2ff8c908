using Zerg.Posix;
using ZergPool.Upgrading;

namespace ZergPool.Hooks;

/// <summary>A command at work.</summary>
/// <param name="Call">What it was told.</param>
/// <param name="Process">The command.</param>
/// <param name="Until">When it is ended.</param>
internal sealed record HookRun(HookCall Call, ProcessHandle Process, DateTimeOffset Until) : IDisposable
{
    /// <summary>Whether it took too long.</summary>
    public bool IsLate { get; init; }

    /// <summary>Hands it over.</summary>
    public HookState Freeze(Bequest bequest) => new(Call, bequest.Add(Process), Until, IsLate);

    /// <summary>Takes one over.</summary>
    public static HookRun Thaw(HookState state, Inheritance inheritance)
        => new(state.Call, inheritance.Claim(state.Process), state.Until) { IsLate = state.IsLate };

    /// <inheritdoc/>
    public void Dispose() => Process.Dispose();
}
