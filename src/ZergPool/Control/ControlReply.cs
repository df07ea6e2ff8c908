using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <summary>The answer to one order, as a line of JSON.</summary>
internal sealed record ControlReply
{
    /// <summary>The status the asking program exits with.</summary>
    public int ExitCode { get; init; }

    /// <summary>One line for people, empty when there is nothing to say.</summary>
    public string Message { get; init; } = "";

    /// <summary>The pool's process as whoever asks sees it, 0 in another pid namespace.</summary>
    [JsonIgnore]
    public int Peer { get; init; }

    /// <summary>The number of what is deployed.</summary>
    public int? Deployment { get; init; }

    /// <summary>The whole state, when it was asked for.</summary>
    public StatusDocument? Status { get; init; }

    /// <summary>How hand-overs ended, newest first, when it was asked for.</summary>
    public IReadOnlyList<HistoryStatus>? History { get; init; }
}
