using System.Globalization;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>The file that a UNIX socket was bound to, as the kernel names it: struct unix_diag_vfs, linux/unix_diag.h.</summary>
/// <param name="Device">Of its file system, 12 bits and 20: not what stat(2) says on each of them.</param>
/// <param name="Inode">The lower half of its number.</param>
internal sealed record BoundFile(uint Device, uint Inode)
{
    private const int MinorBits = 20;

    // "36 35 98:0 /mnt1 /mnt2 rw,noatime ...": proc_pid_mountinfo(5).
    private const int MountField = 0;
    private const int DeviceField = 2;

    /// <summary>Whether a path leads to it; another file system has files of the same number.</summary>
    public bool Is(string path)
    {
        var flags = NativeConvert.FromOpenFlags(OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC) | Libc.O_PATH;
        var number = Libc.open(path, flags, 0);
        if (number < 0)
            return false;
        using var file = new FileDescriptor(number);
        return Is(file);
    }

    /// <summary>Whether that is it, held with O_PATH.</summary>
    public bool Is(FileDescriptor file)
        => (uint)file.Inode == Inode && (DeviceOf(file.Number) ?? Device) == Device;

    // Null where it cannot be told: the mount is out of sight.
    private static uint? DeviceOf(int number)
    {
        const string key = "mnt_id:";
        var mount = File.ReadLines($"/proc/self/fdinfo/{number}")
            .FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..].Trim();
        return mount is null ? null : (from line in File.ReadLines("/proc/self/mountinfo")
                                       let fields = line.Split(' ', DeviceField + 2)
                                       where fields.Length > DeviceField && fields[MountField] == mount
                                       select Number(fields[DeviceField])).FirstOrDefault();
    }

    private static uint? Number(string device)
        => device.Split(':') is [var major, var minor]
            && uint.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var high)
            && uint.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var low)
                ? (high << MinorBits) | low : null;
}
