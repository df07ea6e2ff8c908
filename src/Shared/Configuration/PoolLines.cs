namespace Zerg.Configuration;

/// <summary>The <c>zerg-pool</c> lines of a configuration, before their addresses are known to be right.</summary>
internal static class PoolLines
{
    /// <summary>
    /// Splits each line at its first colon, as uWSGI does; without one the list is null and the pool passes all.
    /// </summary>
    public static IReadOnlyList<(ListenAddress Address, string? List, Option Option)> Read(OptionReader reader)
    {
        var lines = new List<(ListenAddress, string?, Option)>();
        foreach (Option option in reader.List.All("zerg-pool"))
        {
            int colon = option.Value.IndexOf(':');
            string? list = colon < 0 ? null : option.Value[(colon + 1)..];
            Parsed<ListenAddress> Parse(string text) =>
                ListenAddress.ParseUnix(colon < 0 ? text : text[..colon]);

            if (reader.TryValue(option, Parse, out ListenAddress? address, a => list is null ? $"{a}" : $"{a}:{list}"))
            {
                lines.Add((address, list, option));
            }
        }

        return lines;
    }

    /// <summary>The sockets of a list, each once.</summary>
    public static IReadOnlyList<SocketSlot> Items(string list, Option option, SocketTable table, OptionReader reader)
    {
        if (string.IsNullOrWhiteSpace(list))
        {
            reader.Error(option.Position, option.Name, "names no address after its colon");
            return [];
        }

        var slots = new List<SocketSlot>();
        var seen = new HashSet<SocketSlot>();
        foreach (string item in list.Split(','))
        {
            if (table.Item(item.Trim(), option) is not { } slot)
            {
                continue;
            }

            if (seen.Add(slot))
            {
                slots.Add(slot);
            }
            else
            {
                reader.Error(option.Position, option.Name, $"names '{slot.Address}' twice");
            }
        }

        return slots;
    }
}
