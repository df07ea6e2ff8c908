using ZergPool.Control;

namespace ZergPool.Top;

/// <summary>The sockets with their queues.</summary>
internal static class TopSockets
{
    // From where the pool itself warns.
    private const int NearlyFull = 80;

    private static readonly TopColumn[] s_columns =
    [
        new("SOCKET", 0, IsElastic: true), new("QUEUED", 0, IsNumber: true), new("LIMIT", 1, IsNumber: true),
        new("FULL", 0, IsNumber: true), new("STATE", 2), new("PROTOCOL", 4), new("ADDRESS", 3), new("POOL", 5),
    ];

    /// <summary>A row each, those with a mark that want somebody to look.</summary>
    public static TopSection Section(StatusDocument status, int width)
    {
        var rows = status.Sockets.Select(Row).ToList();
        var table = new TopTable(status.Pools is null ? s_columns[..^1] : s_columns, rows, width - 2);
        return new TopSection(new TopLine($"  {table.Title}", TopStyle.Title), [.. status.Sockets.Zip(rows, Line)]);

        TopLine Line(SocketStatus socket, string[] row)
            => Fullness(socket) >= NearlyFull || socket.State is "missing" or "unlinked"
            ? new TopLine($"! {table.Row(row)}", TopStyle.Warning)
            : new TopLine($"  {table.Row(row)}");
    }

    private static string[] Row(SocketStatus socket) =>
    [
        socket.Name, Figures.Count(socket.Queued), Figures.Count(socket.Backlog),
        Fullness(socket) is { } percent ? $"{Figures.Count(percent)}%" : "-", socket.State, socket.Protocol,
        socket.Address, socket.Pool ?? "-",
    ];

    private static int? Fullness(SocketStatus socket) => socket is { Queued: { } queued, Backlog: > 0 and { } backlog }
        ? (int)(100L * queued / backlog) : null;
}
