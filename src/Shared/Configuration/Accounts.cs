using System.Globalization;
using Mono.Unix.Native;

namespace Zerg.Configuration;

/// <summary>Users and groups by name or number, as the system knows them.</summary>
internal static class Accounts
{
    public static Parsed<Account> User(string text)
    {
        if (IsNumber(text, out uint id))
        {
            return new Account(id, Syscall.getpwuid(id)?.pw_name);
        }

        return Syscall.getpwnam(text) is { } entry
            ? new Account(entry.pw_uid, entry.pw_name)
            : Parsed<Account>.Failed($"there is no user '{text}'");
    }

    public static Parsed<Account> Group(string text)
    {
        if (IsNumber(text, out uint id))
        {
            return new Account(id, Syscall.getgrgid(id)?.gr_name);
        }

        return Syscall.getgrnam(text) is { } entry
            ? new Account(entry.gr_gid, entry.gr_name)
            : Parsed<Account>.Failed($"there is no group '{text}'");
    }

    public static Account? PrimaryGroup(Account user) =>
        Syscall.getpwuid(user.Id) is { } entry
            ? new Account(entry.pw_gid, Syscall.getgrgid(entry.pw_gid)?.gr_name)
            : null;

    // The highest number means "leave it" to chown and setresuid.
    private static bool IsNumber(string text, out uint id) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != uint.MaxValue;
}
