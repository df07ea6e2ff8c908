namespace ZergPool.Handover;

/// <summary>What a member of the roster can be told.</summary>
internal enum MemberKind
{
    /// <summary>An app with a session: it waits to be resumed, pauses, drains.</summary>
    App,

    /// <summary>A launcher with a session: its workers accept as soon as they are ready; it drains.</summary>
    Launcher,

    /// <summary>A real uWSGI without a session: it can be told something only through its master FIFO.</summary>
    Uwsgi,
}
