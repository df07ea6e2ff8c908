using System.Text;
using Zerg.Configuration;

namespace Zerg.Fuzz.Targets;

/// <summary>Every reader of one value: what it takes is written so that it reads the same again.</summary>
internal sealed class ValueTarget : FuzzTarget
{
    public override string Name => "values";

    public override IReadOnlyList<string> Tokens { get; } =
    [
        ":80", "127.0.0.1:", "[::1]:80", "[::ffff:1.2.3.4%1]:1", "*:80", "@name", "./x", "/run/x", "unix:",
        "://", "host:1", "=0",
        "http://", "http:/", "delay:", "start", "notify", "5s", "500ms", "2m", "1h", "7d", "\\", "'", "\"", " ",
        "root", "root:0",
        "4294967295", "SIGTERM", "660", ",", "a,b,c", "A=b", "..", "true",
    ];

    public override (long Fixed, long PerByte) Allowance => (256 * 1024, 4096);

    public override string Run(byte[] input)
    {
        var text = Text(input);
        if (text.Length == 0 || text.Contains('\0'))
            return "no reader of options lets that pass";
        string[] results =
        [
            Twice(text, ListenAddress.Parse), Twice(text, ListenAddress.ParseUnix),
            Twice(text, Duration.Parse, Duration.Format), Twice(text, ReadyCheck.Parse),
            Twice(text, CommandWords.Split, CommandWords.Join, one => string.Join('\n', one)),
            Twice(text, SocketOwner.Parse), Twice(text, StopSignal.Parse),
            Twice(text, Accounts.User), Twice(text, Accounts.Group),
            Twice(text, Values.SocketMode, Values.ShowMode), Twice(text, Values.Boolean), Twice(text, Values.FilePath),
            Twice(text, Values.Number(1, 100)), Twice(text, Values.Label), Twice(text, Values.FileName),
            Twice(text, one => TlsFiles.Split(one, out _)), Once(text, Values.Variable),
            Once(text, Values.PositiveDuration),
        ];
        return string.Join('\n', results);
    }

    protected override IEnumerable<byte[]> OwnSeeds() => Tokens.Select(Encoding.UTF8.GetBytes);

    private static string Once<T>(string text, Func<string, Parsed<T>> parse)
        where T : notnull
    {
        var parsed = parse(text);
        MustBeLine(Problem.Error(default, "x", parsed.Error ?? "-").ToString());
        return parsed.Ok ? $"{parsed.Value}" : parsed.Error;
    }

    private static string Twice<T>(
        string text, Func<string, Parsed<T>> parse, Func<T, string>? write = null, Func<T, string>? compare = null)
        where T : notnull
    {
        var result = Once(text, parse);
        if (parse(text) is { Ok: true, Value: var value })
        {
            var written = write is null ? $"{value}" : write(value);
            compare ??= one => write is null ? $"{one}" : write(one);
            var again = parse(written);
            Must(again.Ok, $"{typeof(T).Name} does not take what it wrote\n{written}\n{again.Error}");
            Must(compare(again.Value!) == compare(value), $"{typeof(T).Name} writes something else\n{written}");
        }

        return result;
    }
}
