using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Posix;

internal sealed class PathLockTests
{
    private const int Nobody = 65534;

    [Test]
    public void What_another_user_left_is_not_believed_and_stays_for_who_may_believe_it()
    {
        Assume.That(Syscall.geteuid(), Is.Zero, "needs a file of another user");
        using var directory = new TemporaryDirectory();
        var file = directory.Write("pool.sock.lock", "1\nleft here\n");
        Assert.That(Syscall.chown(file, Nobody, Nobody), Is.Zero);
        Assert.That(Left(directory), Is.Empty);
        Assert.That(Syscall.chown(file, 0, 0), Is.Zero);
        Assert.That(Left(directory), Is.EqualTo("left here\n"));
    }

    private static string Left(TemporaryDirectory directory)
    {
        using var taken = PathLock.TryAcquire(directory.File("pool.sock"), 0, out _);
        return taken!.Left;
    }
}
