using ZergPool.Hooks;

namespace ZergPool.Upgrading;

/// <param name="Call">What a command was told.</param>
/// <param name="Process">The command, at work.</param>
/// <param name="Until">When it is ended.</param>
/// <param name="IsLate">Whether it was ended already.</param>
internal sealed record HookState(HookCall Call, ProcessState Process, DateTimeOffset Until, bool IsLate);
