using System.Globalization;
using System.Text;

namespace ZergPool.Upgrading;

/// <summary>
/// The first line of the state. It never changes its form, so that an image of any version can close what it does not
/// understand.
/// </summary>
/// <param name="Version">Of what follows.</param>
/// <param name="Descriptors">Every descriptor that was handed over, the sockets at 3, 4, ... aside.</param>
internal sealed record StateHeader(int Version, IReadOnlyList<int> Descriptors)
{
    /// <summary>The version that this program writes and reads.</summary>
    public const int Current = 1;

    private const string Word = "zergpool-state";
    private const string List = "fds=";

    /// <summary>Reads a line without its end; null when it is none.</summary>
    public static StateHeader? Parse(ReadOnlySpan<byte> line)
    {
        if (Encoding.ASCII.GetString(line).Split(' ') is not [Word, var version, var list]
            || !int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !list.StartsWith(List, StringComparison.Ordinal))
            return null;

        var descriptors = new List<int>();
        foreach (var text in list[List.Length..].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor))
                return null;
            descriptors.Add(descriptor);
        }

        return new StateHeader(number, descriptors);
    }

    /// <inheritdoc/>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Word} {Version} {List}{string.Join(',', Descriptors)}");
}
