namespace Zerg.Configuration;

/// <summary>Every path that a configuration takes for itself; none can be two things.</summary>
internal sealed class PathClaims(OptionReader reader)
{
    private readonly Dictionary<string, (string Option, SourcePosition Position)> _claims = [];

    public void Add(ListenAddress address, string option, SourcePosition position)
    {
        if (address.IsUnix)
        {
            Add(address.ToString(), option, position);
        }
    }

    public void Add(string path, string option, SourcePosition position)
    {
        if (!_claims.TryAdd(path, (option, position)))
        {
            (string other, SourcePosition at) = _claims[path];
            reader.Error(position, option, $"'{path}' is taken by '{other}' at {at} already");
        }
    }
}
