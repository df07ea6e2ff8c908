namespace Zerg.Configuration;

/// <summary>Reads the pools of a file with the sockets of each.</summary>
internal static class PoolReader
{
    public static IReadOnlyList<PoolSpec> Read(OptionReader reader, string? name, HostFacts host)
    {
        var table = new SocketTable(reader);
        List<(ListenAddress Address, IReadOnlyList<SocketSlot> Slots, SourcePosition Position)> drafts =
            reader.List.Last("zerg-pool") is null
                ? Default(reader, table, name, host)
                : [.. PoolLines.Read(reader).Select(line => (line.Address, Slots(line), line.Option.Position))];
        foreach ((_, IReadOnlyList<SocketSlot> slots, SourcePosition position) in drafts)
        {
            if (slots.Count > PoolSpec.MaxSockets)
            {
                reader.Error(
                    position,
                    "zerg-pool",
                    $"passes {slots.Count} sockets, the kernel takes at most {PoolSpec.MaxSockets} in one message");
            }
        }

        List<SocketSlot> used = [.. drafts.SelectMany(draft => draft.Slots).Distinct()];
        WarnOfUnused(reader, table, used);
        Dictionary<SocketSlot, ListenSpec> specs = SocketNames.Assign([.. used.Select(slot => slot.ToSpec())])
            .Zip(used)
            .ToDictionary(pair => pair.Second, pair => pair.First);
        return [.. drafts.Select(draft =>
            new PoolSpec(draft.Address, [.. draft.Slots.Select(slot => specs[slot])], draft.Position))];

        IReadOnlyList<SocketSlot> Slots((ListenAddress Address, string? List, Option Option) line) =>
            line.List is null
                ? All(reader, table, line.Option.Position)
                : PoolLines.Items(line.List, line.Option, table, reader);
    }

    private static List<(ListenAddress, IReadOnlyList<SocketSlot>, SourcePosition)> Default(
        OptionReader reader,
        SocketTable table,
        string? name,
        HostFacts host)
    {
        Parsed<ListenAddress> address = name is null
            ? Parsed<ListenAddress>.Failed("is not there, and without a name or a file there is no default for it")
            : PoolAddress.ToBind(name, host);
        IReadOnlyList<SocketSlot> all = All(reader, table, reader.Nowhere);
        if (!address.Ok)
        {
            reader.Error(reader.Nowhere, "zerg-pool", address.Error);
            return [];
        }

        reader.ShowDefault("zerg-pool", $"{address.Value}");
        return [(address.Value, all, reader.Nowhere)];
    }

    private static IReadOnlyList<SocketSlot> All(OptionReader reader, SocketTable table, SourcePosition position)
    {
        if (table.OfFile.Count == 0 && !reader.HasErrors)
        {
            reader.Error(position, "zerg-pool", "has nothing to pass: no socket, http-socket, http or shared-socket");
        }

        return table.OfFile;
    }

    private static void WarnOfUnused(OptionReader reader, SocketTable table, List<SocketSlot> used)
    {
        foreach (SocketSlot slot in table.OfFile.Except(used).Where(_ => used.Count > 0))
        {
            reader.Warn(
                slot.FirstMention.Position,
                slot.FirstMention.Name,
                $"'{slot.Address}' is in no list of a zerg-pool, so the pool does not bind it, ignoring");
        }
    }
}
