namespace ZergPool.Handover;

/// <summary>How much an operator should care.</summary>
internal enum NoteLevel
{
    Information,
    Warning,
    Error,
}
