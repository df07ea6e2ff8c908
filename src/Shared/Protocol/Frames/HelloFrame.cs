namespace Zerg.Protocol;

/// <summary>zergling -> pool, first of all: who it is and what it holds already.</summary>
internal sealed record HelloFrame : Frame
{
    /// <summary>The version of the frames spoken.</summary>
    public required int Protocol { get; init; }

    /// <summary>Launcher or app.</summary>
    public required ZerglingRole Role { get; init; }

    /// <summary>What it runs, for people: the command or the assembly.</summary>
    public string App { get; init => field = value ?? ""; } = "";

    /// <summary>The label of the code it runs.</summary>
    public required string Release { get; init; }

    /// <summary>Its name in the roster.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>How it wants to enter service.</summary>
    public ZergMode Mode { get; init; }

    /// <summary>What it is doing now; a zergling that lost its pool may be accepting already.</summary>
    public ZerglingState State { get; init; }

    /// <summary>The generation an earlier pool gave it, 0 for none.</summary>
    public int Generation { get; init; }

    /// <summary>The id that an earlier pool knew it by, 0 for none.</summary>
    public int Session { get; init; }

    /// <summary>Workers that it is configured for, and that an order to scale may go up to; 0: it takes none.</summary>
    public int Workers { get; init; }

    /// <summary>When it started.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>The addresses of the sockets it holds, as the last welcome named them; none before the first.</summary>
    public IReadOnlyList<string> Holds { get; init => field = Items(value); } = [];
}
