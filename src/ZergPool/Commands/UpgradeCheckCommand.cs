using Zerg;
using Zerg.Configuration.Reading;
using Zerg.Posix;
using Zerg.Programs;
using ZergPool.Upgrading;

namespace ZergPool.Commands;

/// <summary>
/// <c>zergpool upgrade-check ARGUMENTS</c>: whether this program could take over from a pool with these arguments.
/// </summary>
internal static class UpgradeCheckCommand
{
    /// <summary>Does what <c>run</c> does before it binds anything, and tells what it would bind.</summary>
    public static int Run(CommandLineOptions commandLine)
    {
        if (Configured.Load(commandLine, out _, out var exitCode) is not { } options)
            return exitCode;
        if (RunCommand.CannotBecome(options) is { } reason)
            return Complaint.Write(reason, ExitCodes.NotPermitted);
        try
        {
            // It was moved, perhaps, and this user may not create another: the pool goes on in the old one.
            if (options.LogTo is { } log)
                LogFile.Prepare(log);
        }
        catch (SyscallException problem)
        {
            return Complaint.Write(
                problem.Message, problem.Errno is Errno.EACCES or Errno.EPERM ? ExitCodes.NotPermitted : ExitCodes.System);
        }

        Console.Write(SuccessorCheck.Answer(ProgramVersion.Text, options));
        return ExitCodes.Ok;
    }
}
