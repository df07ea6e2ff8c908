using System.Text;
using Mono.Unix.Native;
using Zerg.Posix;

namespace ZergPool.Upgrading;

/// <summary>
/// How this program was started, to start it again: the path as it was given, so that a link to the current release
/// leads to the next one, with the same arguments and environment.
/// </summary>
internal sealed class Invocation
{
    // The runtime's host, which takes the program as its first argument.
    private const string Host = "dotnet";
    private const string Assembly = ".dll";

    private static readonly string[] s_ours =
        [Inheritance.Variable, "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

    // The arguments of the program itself begin here.
    private readonly int _start;
    private readonly IReadOnlyList<byte[]> _command;

    private Invocation(string path, IReadOnlyList<byte[]> command, int start, EnvironmentBlock environment)
    {
        Path = path;
        _command = command;
        _start = start;
        Environment = environment;
    }

    /// <summary>The file that is executed.</summary>
    public string Path { get; }

    /// <summary>argv.</summary>
    public IReadOnlyList<byte[]> Command => _command;

    /// <summary>The environment it was started with, without what an earlier image handed over.</summary>
    public EnvironmentBlock Environment { get; }

    /// <summary>What it is, for people: the file, or the assembly that the host runs.</summary>
    public string Program => _start > 1 ? Encoding.UTF8.GetString(_command[_start - 1]) : Path;

    /// <summary>The arguments of the program.</summary>
    public IReadOnlyList<byte[]> Arguments => [.. _command.Skip(_start)];

    /// <summary>Reads it; to be called while the working directory is the first one.</summary>
    public static Invocation OfThisProcess()
    {
        var command = Strings(File.ReadAllBytes("/proc/self/cmdline"));
        var environment = EnvironmentBlock.OfThisProcess();
        foreach (var name in s_ours)
            environment.Remove(name);
        return new Invocation(Executed(Encoding.UTF8.GetString(command[0])), command, Start(command), environment);
    }

    /// <summary>The same arguments for another binary, or for another assembly of the host.</summary>
    public Invocation With(string binary)
    {
        var isAssembly = binary.EndsWith(Assembly, StringComparison.Ordinal);
        var host = IsHost(Path) ? Path : InPath(Host) ?? Host;
        List<string> front = isAssembly ? [host, binary] : [binary];
        return new Invocation(
            front[0], [.. front.Select(Encoding.UTF8.GetBytes), .. Arguments], front.Count, Environment);
    }

    /// <summary>The command line of this program with other arguments.</summary>
    public IReadOnlyList<string> Line(IEnumerable<string> arguments)
        => [.. _command.Take(_start).Select(Encoding.UTF8.GetString), .. arguments];

    // What argv says counts only while it leads to the file that runs: anybody may write anything there.
    private static string Executed(string name)
    {
        var running = System.Environment.ProcessPath ?? throw new InvalidOperationException("no path of this program");
        var path = name.Contains('/') ? System.IO.Path.GetFullPath(name) : InPath(name);
        return path is not null && Identity(path) == Identity("/proc/self/exe") ? path : running;
    }

    private static (ulong, ulong)? Identity(string path)
        => Syscall.stat(path, out var status) == 0 ? (status.st_dev, status.st_ino) : null;

    private static string? InPath(string name)
        => (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => System.IO.Path.GetFullPath(System.IO.Path.Combine(directory, name)))
            .FirstOrDefault(File.Exists);

    private static bool IsHost(string path) => System.IO.Path.GetFileName(path) == Host;

    // Options of the host may stand before the assembly.
    private static int Start(List<byte[]> command)
    {
        if (!IsHost(System.Environment.ProcessPath ?? ""))
            return 1;
        var assembly = System.Environment.GetCommandLineArgs()[0];
        for (var index = 1; index < command.Count; index++)
        {
            if (Identity(Encoding.UTF8.GetString(command[index])) is { } file && file == Identity(assembly))
                return index + 1;
        }

        return 1;
    }

    private static List<byte[]> Strings(byte[] all)
    {
        var strings = new List<byte[]>();
        var rest = all.AsSpan();
        for (var end = rest.IndexOf((byte)0); end >= 0; end = rest.IndexOf((byte)0))
        {
            strings.Add(rest[..end].ToArray());
            rest = rest[(end + 1)..];
        }

        return strings;
    }
}
