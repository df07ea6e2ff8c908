using System.Globalization;

namespace Zerg.Configuration;

/// <summary>The sockets that a configuration mentions, each once and with the protocol of its mentions.</summary>
internal sealed class SocketTable
{
    private const string Shared = "shared-socket";

    private static readonly string[] s_speaking = ["socket", "http-socket", "http"];

    private readonly OptionReader _reader;
    private readonly List<SocketSlot> _slots = [];
    private readonly Dictionary<ListenAddress, SocketSlot> _sharable = [];

    // By the number that =N names; null where the line is wrong, so that the others keep their numbers.
    private readonly List<SocketSlot?> _shared = [];

    public SocketTable(OptionReader reader)
    {
        _reader = reader;

        // A reference may stand before the line that it names.
        foreach (Option option in reader.List.All(Shared))
        {
            _shared.Add(reader.TryValue(option, ListenAddress.Parse, out ListenAddress? address)
                ? FindOrAdd(address, option)
                : null);
        }

        foreach (Option option in reader.List.Where(option => s_speaking.Contains(option.Name)))
        {
            Mention(option);
        }

        foreach (string name in s_speaking.Append(Shared).Where(name => reader.List.Last(name) is null))
        {
            reader.ShowDefault(name);
        }

        OfFile = [.. _slots];
    }

    /// <summary>What <c>socket</c>, <c>http-socket</c>, <c>http</c> and <c>shared-socket</c> name.</summary>
    public IReadOnlyList<SocketSlot> OfFile { get; }

    /// <summary>The socket that a text of this option names, or null after telling why not.</summary>
    public SocketSlot? Item(string text, Option option)
    {
        if (text.StartsWith('='))
        {
            return Reference(text, option);
        }

        Parsed<ListenAddress> address = ListenAddress.Parse(text);
        if (address.Ok)
        {
            return FindOrAdd(address.Value, option);
        }

        _reader.Error(option.Position, option.Name, address.Error);
        return null;
    }

    private void Mention(Option option)
    {
        if (!_reader.TryValue(option, Spelling, out string? text) || Item(text, option) is not { } slot)
        {
            return;
        }

        if (slot.ProtocolMention is { } other)
        {
            Settled(slot, option, other);
        }
        else
        {
            slot.ProtocolMention = option;
        }
    }

    private static Parsed<string> Spelling(string text)
    {
        if (text.TrimStart().StartsWith('='))
        {
            return text.Trim();
        }

        Parsed<ListenAddress> address = ListenAddress.Parse(text);
        return address.Ok ? address.Value.ToString() : Parsed<string>.Failed(address.Error);
    }

    private void Settled(SocketSlot slot, Option option, Option other)
    {
        if ((option.Name == "socket") != (other.Name == "socket"))
        {
            _reader.Error(
                option.Position,
                option.Name,
                $"'{slot.Address}' cannot speak another protocol than by '{other.Name}' at {other.Position}");
        }
        else
        {
            _reader.Warn(
                option.Position,
                option.Name,
                $"'{slot.Address}' is named by '{other.Name}' at {other.Position} already, ignoring");
        }
    }

    private SocketSlot? Reference(string text, Option option)
    {
        bool isNumber = int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        if (isNumber && number < _shared.Count)
        {
            return _shared[number];
        }

        _reader.Error(option.Position, option.Name, (isNumber, _shared.Count) switch
        {
            (false, _) => $"'{text}' is no reference, expected '=N' with the number of a shared-socket",
            (_, 0) => $"'{text}' names a shared-socket, and there is none",
            (_, 1) => $"'{text}' names no shared-socket, there is only '=0'",
            _ => $"'{text}' names no shared-socket, there are '=0' to '={_shared.Count - 1}'",
        });
        return null;
    }

    private SocketSlot FindOrAdd(ListenAddress address, Option option)
    {
        if (_sharable.TryGetValue(address, out SocketSlot? slot))
        {
            return slot;
        }

        slot = new SocketSlot(address, option);
        _slots.Add(slot);
        if (address.IsSharable)
        {
            _sharable.Add(address, slot);
        }

        return slot;
    }
}
