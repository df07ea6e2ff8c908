using System.CommandLine;
using Zerg;
using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace ZergPool.Commands;

/// <summary>Which running pool a command means: by its configuration, or by the path zerglings attach to.</summary>
internal sealed class WhichPool
{
    private readonly Argument<string?> _config = new("CONFIG")
    {
        Description = "The pool's configuration file.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _zerg = new("--zerg") { Description = "The path that zerglings attach to.", HelpName = "PATH" };
    private readonly Option<string?> _control = new("--control") { Description = "The control socket itself.", HelpName = "PATH" };

    public WhichPool(Command command)
    {
        command.Arguments.Add(_config);
        command.Options.Add(_zerg);
        command.Options.Add(_control);
    }

    /// <summary>The control socket's address, or null after a line on stderr and the status to exit with.</summary>
    public string? Find(ParseResult result, out int exitCode)
    {
        exitCode = ExitCodes.Usage;
        if (result.GetValue(_control) is { } control)
            return Unix("--control", control);
        if (result.GetValue(_zerg) is { } zerg)
            return Unix("--zerg", zerg + ".ctl");
        if (result.GetValue(_config) is { } config)
            return Configured.Find(CommandLineReader.Read([config]), out exitCode)?.Control.ToString();
        Complaint.Write("which pool? Name its configuration file, or --zerg PATH");
        return null;
    }

    /// <summary>The same pool, for another command line.</summary>
    public string Words(ParseResult result) => result.GetValue(_control) is { } control ? $"--control {control}"
        : result.GetValue(_zerg) is { } zerg ? $"--zerg {zerg}" : result.GetValue(_config) ?? "";

    private static string? Unix(string option, string text)
    {
        var address = ListenAddress.ParseUnix(text);
        if (!address.Ok)
            Complaint.Write($"{option}: {address.Error}");
        return address.Ok ? address.Value.ToString() : null;
    }
}
