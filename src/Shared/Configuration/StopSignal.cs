using System.Globalization;

namespace Zerg.Configuration;

/// <summary>The signal that asks a worker to finish, with the kernel's number.</summary>
internal readonly record struct StopSignal(int Number, string Name)
{
    // Linux numbers, the same on every architecture that .NET runs on. KILL and STOP cannot ask for anything.
    private static readonly StopSignal[] s_known =
    [
        new(1, "HUP"), new(2, "INT"), new(3, "QUIT"), new(6, "ABRT"), new(10, "USR1"), new(12, "USR2"),
        new(14, "ALRM"), new(15, "TERM"), new(28, "WINCH"), new(30, "PWR"),
    ];

    public static StopSignal Terminate { get; } = new(15, "TERM");

    public static Parsed<StopSignal> Parse(string text)
    {
        string name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        foreach (StopSignal signal in s_known)
        {
            if (isNumber ? signal.Number == number : signal.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return signal;
            }
        }

        return Parsed<StopSignal>.Failed(
            $"'{text}' is no signal to stop by, expected {string.Join(", ", s_known.Select(signal => signal.Name))}");
    }

    public override string ToString() => Name;
}
