using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Posix;

internal sealed class UnixSocketFileTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Who_swaps_the_socket_for_a_link_changes_the_mode_of_no_other_file(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var victim = directory.Write("victim", "private");
        File.SetUnixFileMode(victim, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var path = directory.File("app.sock");
        using var over = new CancellationTokenSource();
        var swapping = Task.Run(() => Swap(path, victim, over.Token), cancel);

        var file = new UnixSocketFile(UnixSocketFile.EverybodyMode, Syscall.geteuid());
        for (var round = 0; round < 3000; round++)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                file.Bind(socket, new UnixDomainSocketEndPoint(path));
            }
            catch (SyscallException)
            {
                // Swapped before it was looked at: nothing was done to what is there.
            }

            _ = Syscall.unlink(path);
        }

        await over.CancelAsync();
        await swapping;
        Assert.That(
            File.GetUnixFileMode(victim), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private static void Swap(string path, string victim, CancellationToken over)
    {
        var link = path + ".link";
        while (!over.IsCancellationRequested)
        {
            _ = Syscall.symlink(victim, link);
            if (Syscall.lstat(path, out var status) == 0
                && (status.st_mode & FilePermissions.S_IFMT) == FilePermissions.S_IFSOCK)
                _ = Libc.rename(link, path);
        }
    }
}
