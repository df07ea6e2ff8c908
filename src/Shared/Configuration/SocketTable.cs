using System.Globalization;

namespace Zerg.Configuration;

/// <summary>The sockets that a configuration mentions, each once and with the protocol of its mentions.</summary>
internal sealed class SocketTable
{
    /// <summary>It would have the router answer with a redirection, which nobody does.</summary>
    public const string Redirecting = "http-to-https";

    private const string Shared = "shared-socket";

    private static readonly string[] s_speaking = ["socket", "http-socket", "http", "https"];

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
            _shared.Add(reader.TryValue(option, value => Spelling(value, takesTls: true), out string? text) ? Item(text, option) : null);
        }

        foreach (Option option in reader.List.Where(option => s_speaking.Contains(option.Name)))
        {
            Mention(option);
        }

        foreach (Option option in reader.List.All(Redirecting))
        {
            Withhold(option);
        }

        foreach (string name in s_speaking.Append(Shared).Where(name => reader.List.Last(name) is null))
        {
            reader.ShowDefault(name);
        }

        OfFile = [.. _slots.Where(slot => !slot.IsWithheld)];
    }

    /// <summary>What <c>socket</c>, <c>http-socket</c>, <c>http</c>, <c>https</c> and <c>shared-socket</c> name.</summary>
    public IReadOnlyList<SocketSlot> OfFile { get; }

    /// <summary>The address behind each <c>=N</c>, in their order; null where the line is wrong.</summary>
    public IReadOnlyList<SocketSlot?> Shares => _shared;

    /// <summary>The socket that a text of this option names, or null after telling why not.</summary>
    public SocketSlot? Item(string text, Option option)
    {
        Parsed<string> named = TakesTls(option) ? TlsFiles.Split(text, out TlsFiles? tls) : Plain(text, out tls);
        if (!named.Ok)
        {
            _reader.Error(option.Position, option.Name, named.Error);
            return null;
        }

        SocketSlot? slot = null;
        if (named.Value.StartsWith('='))
        {
            slot = Reference(named.Value, option);
        }
        else if (ListenAddress.Parse(named.Value) is { Ok: true } address)
        {
            slot = FindOrAdd(address.Value, option);
        }
        else
        {
            _reader.Error(option.Position, option.Name, ListenAddress.Parse(named.Value).Error!);
        }

        if (slot is not null && tls is not null)
        {
            slot.Tls = tls;
        }

        return slot;
    }

    // The certificate may stand behind the shared-socket, as the documentation of Galaxy has it.
    private static bool TakesTls(Option option) => option.Name is "https" or Shared;

    private static Parsed<string> Plain(string text, out TlsFiles? tls)
    {
        tls = null;
        return text;
    }

    private void Withhold(Option option)
    {
        SocketSlot? slot = option.Value.StartsWith('=') ? Reference(option.Value.Split(',')[0], option) : null;
        if (slot is { ProtocolMention: null })
        {
            slot.IsWithheld = true;
        }
    }

    private void Mention(Option option)
    {
        if (!_reader.TryValue(option, text => Spelling(text, TakesTls(option)), out string? text)
            || Item(text, option) is not { } slot)
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

        if (slot.Protocol == SocketProtocol.Https && slot.Tls is null)
        {
            _reader.Warn(
                option.Position, option.Name,
                $"'{option.Value}' names no certificate, expected 'ADDRESS,CERT,KEY'; only an application that has one of its own can serve it");
        }
    }

    private static Parsed<string> Spelling(string text, bool takesTls)
    {
        text = text.Trim();
        string address = takesTls ? text.Split(',')[0] : text;
        if (address.StartsWith('='))
        {
            return text;
        }

        Parsed<ListenAddress> parsed = ListenAddress.Parse(address);
        return parsed.Ok ? parsed.Value + text[address.Length..] : Parsed<string>.Failed(parsed.Error);
    }

    private void Settled(SocketSlot slot, Option option, Option other)
    {
        if (new SocketSlot(slot.Address, option) { ProtocolMention = option }.Protocol != slot.Protocol)
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
