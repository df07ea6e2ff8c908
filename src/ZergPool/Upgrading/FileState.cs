using System.Text.Json.Serialization;

namespace ZergPool.Upgrading;

/// <summary>A file that cannot be mistaken for another one at the same path.</summary>
internal sealed record FileState(ulong Device, ulong Inode)
{
    public static FileState? Of((ulong Device, ulong Inode)? identity)
        => identity is var (device, inode) ? new FileState(device, inode) : null;

    [JsonIgnore]
    public (ulong Device, ulong Inode) Identity => (Device, Inode);
}
