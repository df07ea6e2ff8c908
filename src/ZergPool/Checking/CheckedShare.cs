namespace ZergPool.Checking;

/// <summary>A shared-socket, and who names it.</summary>
/// <param name="Reference">=0, =1 and so on.</param>
/// <param name="Address">The address behind it.</param>
/// <param name="Protocol">What is spoken on it.</param>
/// <param name="NamedBy">The options that name it, each "option at source".</param>
internal sealed record CheckedShare(string Reference, string Address, string Protocol, IReadOnlyList<string> NamedBy);
