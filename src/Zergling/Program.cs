using System.Net.Sockets;
using Zerg;
using Zerg.Posix;
using Zerg.Programs;
using Zergling;
using Zergling.Output;

Signals.Restore();

switch (args)
{
    case [ExecVerb.Verb, ..]:
        return ExecVerb.Run(args.AsSpan(1));
    case [OutputKeeper.Verb, var directory]:
        OutputKeeper.Run(directory);
        return ExitCodes.Ok;
}

var root = CommandLine.Create();
var parsed = root.Parse(args, VocabularyOptions.Parsing);
if (CommandLine.IsQuestion(parsed))
    return parsed.Invoke();

try
{
    return CommandLine.TryReadOptions(parsed, args, out var options, out var ignored, out var exitCode)
        ? await LaunchVerb.RunAsync(options, ignored)
        : exitCode;
}
catch (ZergException problem)
{
    return CommandLine.Fail(problem.Message, problem.ExitCode);
}
catch (SyscallException problem) when (problem.Errno is Errno.EACCES or Errno.EPERM)
{
    return CommandLine.Fail(problem.Message, ExitCodes.NotPermitted);
}
catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or SocketException)
{
    return CommandLine.Fail(problem.Message, ExitCodes.System);
}
