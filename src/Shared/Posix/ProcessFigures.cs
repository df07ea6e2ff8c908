namespace Zerg.Posix;

/// <param name="Parent">Its parent.</param>
/// <param name="Started">When it started, in clock ticks since the machine did.</param>
/// <param name="Ticks">Processor time it has used, in clock ticks.</param>
/// <param name="Resident">Resident memory in bytes, all of what it shares included.</param>
internal readonly record struct ProcessFigures(int Parent, ulong Started, ulong Ticks, long Resident);
