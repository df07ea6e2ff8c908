using System.Text.Json;

namespace ZergPool.Control;

/// <summary>One order, as a line of JSON.</summary>
internal sealed record ControlRequest
{
    /// <summary>status, history, reload, reopen, upgrade, deploy, rollback, pause, resume, drain, stop or retire.</summary>
    public required string Command { get; init; }

    /// <summary>The zergling meant: its id or its name.</summary>
    public string? Zergling { get; init; }

    /// <summary>The program to upgrade to, absolute; null for the path that the pool was started with.</summary>
    public string? Binary { get; init; }

    /// <summary>The label of what is to be deployed; null for the launcher's own.</summary>
    public string? Release { get; init; }

    /// <summary>The command of what is to be deployed; empty for that of the configuration.</summary>
    public IReadOnlyList<string> Words { get; init => field = [.. (value ?? []).Where(word => word is not null)]; } = [];

    /// <summary>Where that command was given.</summary>
    public string? Directory { get; init; }

    /// <summary>Whether a deploy is refused while another one is under way.</summary>
    public bool NoWait { get; init; }

    /// <summary>How many entries of the history are wanted at most; null for as many as are told at once.</summary>
    public int? Limit { get; init; }

    /// <summary>The order that a line gives, or null when it is none.</summary>
    public static ControlRequest? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ControlJson.Default.ControlRequest);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
