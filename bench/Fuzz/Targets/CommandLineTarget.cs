using System.Text;
using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace Zerg.Fuzz.Targets;

/// <summary>A command line, one argument in each line.</summary>
internal sealed class CommandLineTarget : FuzzTarget
{
    private const string Example = "--zerg-pool\n/run/a.sock:127.0.0.1:80\n--http-socket=:8080\n-p4\n-M\n-s\n@x\n"
        + "--env\nA=b\n--set\nk=v\n--if-env=HOME\n--name=x\n--endif\n--strict\n--\npython3\n-m\nx y\n";

    public override string Name => "command-line";

    public override IReadOnlyList<string> Tokens { get; } =
    [
        .. Vocabulary.All.Select(option => $"\n--{option.Name}\n"), "\n--\n", "\n-p", "\n-M", "\n-MM", "=", "\n", "--",
        ":0",
        "\n--for=1 2\n", "\n--endfor\n", "\n--set\n", "%(_)", "%(name)", "$(HOME)", "\n--declare-option=o=env=$1\n",
    ];

    public override (long Fixed, long PerByte) Allowance => (128 * 1024 * 1024, 4096);

    public override string Run(byte[] input)
    {
        var read = CommandLineReader.Read(Text(input).Split('\n'));
        return Understood.Of(ConfigurationSource.Load(read), null);
    }

    protected override IEnumerable<byte[]> OwnSeeds() => [Encoding.UTF8.GetBytes(Example)];
}
