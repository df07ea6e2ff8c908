namespace ZergPool.Top;

/// <summary>Columns beside each other, as many as there is room for.</summary>
internal sealed class TopTable
{
    private const string Gap = "  ";
    private const int LeastElastic = 16;

    private readonly IReadOnlyList<TopColumn> _columns;
    private readonly int[] _widths;
    private readonly List<int> _shown;

    public TopTable(IReadOnlyList<TopColumn> columns, IReadOnlyList<string[]> rows, int width)
    {
        _columns = columns;
        _widths =
        [
            .. columns.Select((column, index) => rows.Select(row => Cells.Width(Cells.Safe(row[index])))
                .Append(column.Title.Length).Max()),
        ];
        _shown = [.. Enumerable.Range(0, columns.Count)];
        while (Needed(LeastElastic) > width && _shown.MaxBy(index => columns[index].Rank) is var last
            && columns[last].Rank > 0)
            _shown.Remove(last);
        var room = width - Needed(0);
        foreach (var index in _shown.Where(index => columns[index].IsElastic))
            _widths[index] = Math.Clamp(_widths[index], 0, Math.Max(room, 0));
    }

    /// <summary>The line above the others.</summary>
    public string Title => Row([.. _columns.Select(column => column.Title)]);

    /// <summary>One line.</summary>
    public string Row(string[] cells) => string.Join(
        Gap, _shown.Select(index => Cells.Fit(cells[index], _widths[index], _columns[index].IsNumber))).TrimEnd();

    private int Needed(int elastic) => ((_shown.Count - 1) * Gap.Length) + _shown.Sum(
        index => _columns[index].IsElastic ? Math.Min(_widths[index], elastic) : _widths[index]);
}
