namespace Zerg.Posix;

/// <summary>How a child ended.</summary>
/// <param name="Exited">It called exit; otherwise a signal ended it.</param>
/// <param name="Number">The exit status (-1: not known), or the signal's number.</param>
internal readonly record struct ExitStatus(bool Exited, int Number)
{
    /// <inheritdoc/>
    public override string ToString() => Exited ? $"exit status {Number}" : $"signal {Number} ({Signals.Name(Number)})";
}
