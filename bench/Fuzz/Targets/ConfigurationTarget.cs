using System.Text;
using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace Zerg.Fuzz.Targets;

/// <summary>A file of one of the dialects: what both programs make of it, and <c>convert</c> too.</summary>
internal sealed class ConfigurationTarget(string name, string extension) : FuzzTarget
{
    private const string Strict = """
        zerg:
          # a comment
          http-socket: 127.0.0.1:80 # behind
          zerg-pool:
            - /run/a.sock
            - /run/b.sock:127.0.0.1:81
          command: [python3, '-m', "x y"]
          env:
            A: b
          uid: root
          gid: 0
          processes: 4
          ready: http:/x
          strict: false

        """;

    private const string Ini = """
        [uwsgi]
        ; c
        socket = :1
        if-env = HOME
        processes = %(n)
        endif =
        n = 2
        [x]
        y = 1
        [uwsgi]
        set = a=b
        for = 1 2
        env = A%(_)=$(HOME)
        endfor =
        listen = %(n + 1)
        declare-option = o=env=$1;env=$2
        o = A=1 B=2
        if-opt = n=2
        include = %p:x
        for-times = 3
        set-placeholder = p%(_)=@(/dev/null)
        endfor

        """;

    private const string UwsgiYaml = """
        g:
          - x
        uwsgi:
          socket: @x # c
          http:
            - :1
            - ':2'
          env: A=b: c
          a: |
            text
          b: 1
          set: k=%(b)
          if-env: HOME
          c: "2"
          endif:
          yaml: %p:z
        z:
          y: 1

        """;

    private readonly TemporaryFolder _folder = new();

    public override string Name => name;

    public override IReadOnlyList<string> Tokens { get; } =
    [
        .. Vocabulary.All.Select(option => option.Name), "zerg:\n", "uwsgi:\n", "[uwsgi]\n", "[zerg]\n", "[x]\n",
        ": ", " = ",
        " #", "- ", "  ", "\n  ", "\n    - ", "|\n", ">-\n", "[", "]", "{", "}", "&a ", "*a", "!t ", "? ",
        "---\n", "...\n",
        "%(", "$(HOME)", "@(", "%p", "%%", "%(_)", "if-env = HOME\n", "endif =\n", "for = a b\n", "endfor =\n",
        "for-times = 1000\n", "set = ", "set-placeholder = ", "declare-option = ", "include = ", "ini = ",
        "yaml: ", "if-opt = ",
        ":0", "/a/b", "@a", "=0", "http:/x", "delay:1s", "1m", "660",
    ];

    // It may include itself 256 times, each time through a buffer.
    public override (long Fixed, long PerByte) Allowance => (128 * 1024 * 1024, 4096);

    public override string Run(byte[] input)
    {
        var path = _folder.File("zerg" + extension);
        File.WriteAllBytes(path, input);
        var loaded = ConfigurationSource.Load(new CommandLineOptions([], [path], []));
        return Understood.Of(loaded, input);
    }

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    protected override IEnumerable<byte[]> OwnSeeds() =>
        [Encoding.UTF8.GetBytes(name switch { "yaml" => Strict, "ini" => Ini, _ => UwsgiYaml })];
}
