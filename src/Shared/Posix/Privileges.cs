using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>Giving up root for good: setgroups(2), setresgid(2), setresuid(2), in that order.</summary>
internal static unsafe class Privileges
{
    /// <summary>Whether this process may become anybody.</summary>
    public static bool IsRoot => Syscall.geteuid() == 0;

    /// <summary>Becomes a user, with the groups that the group database gives it, and makes sure there is no way back.</summary>
    /// <param name="uid">The user.</param>
    /// <param name="gid">The primary group.</param>
    /// <param name="user">The user's name, whose supplementary groups are set; null for none.</param>
    /// <exception cref="SyscallException">A call failed, or root could be had again.</exception>
    public static void Drop(uint uid, uint gid, string? user)
    {
        var groups = GroupsOf(user, gid);
        SyscallException.Check(Syscall.setgroups(groups), "setgroups", user ?? $"{gid}");
        SyscallException.Check(Syscall.setresgid(gid, gid, gid), "setresgid", $"{gid}");
        SyscallException.Check(Syscall.setresuid(uid, uid, uid), "setresuid", $"{uid}");
        if (uid != 0 && (Syscall.setuid(0) == 0 || Syscall.geteuid() != uid || Syscall.getegid() != gid))
            throw new SyscallException("setresuid", $"{uid}", Errno.EPERM, ", root could be had again");
    }

    /// <summary>Leaves root's groups for one, and stays root.</summary>
    /// <exception cref="SyscallException">A call failed.</exception>
    public static void DropGroups(uint gid)
    {
        SyscallException.Check(Syscall.setgroups([gid]), "setgroups", $"{gid}");
        SyscallException.Check(Syscall.setresgid(gid, gid, gid), "setresgid", $"{gid}");
    }

    /// <summary>The groups of a user; without a name, that one alone.</summary>
    public static uint[] GroupsOf(string? user, uint gid)
    {
        if (user is null)
            return [gid];
        var count = 64;
        while (true)
        {
            var groups = new uint[count];
            fixed (uint* start = groups)
            {
                if (Libc.getgrouplist(user, gid, start, &count) >= 0)
                    return groups[..count];
            }
        }
    }
}
