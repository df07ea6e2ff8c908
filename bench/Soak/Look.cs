using Zerg.Stage;

namespace Zerg.Soak;

/// <summary>The pool at a moment when nothing is under way.</summary>
/// <param name="HandOvers">How many there had been.</param>
/// <param name="Life">Which pool process of all.</param>
/// <param name="Sockets">What it passes on: each costs a descriptor.</param>
/// <param name="Figures">What it takes.</param>
internal sealed record Look(int HandOvers, int Life, int Sockets, ProcessFigures Figures)
{
    /// <summary>Descriptors without those of what it passes on.</summary>
    public int Descriptors => Figures.Descriptors - Sockets;
}
