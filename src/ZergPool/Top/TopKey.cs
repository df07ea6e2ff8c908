namespace ZergPool.Top;

/// <summary>What the keys mean.</summary>
internal enum TopKey
{
    Other,
    Up,
    Down,
    Pause,
    Resume,
    Drain,
    RollBack,
    Yes,
    Quit,
    Interrupt,
}
