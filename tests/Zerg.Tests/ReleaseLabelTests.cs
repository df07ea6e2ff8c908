using Zerg.Tests.Harness;

namespace Zerg.Tests;

internal sealed class ReleaseLabelTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private const string Label = "0123456789ab";

    private TemporaryDirectory _temporary = null!;

    [SetUp]
    public void SetUp() => _temporary = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _temporary.Dispose();

    [Test]
    public void A_branch_is_followed_to_its_commit_from_a_directory_below()
    {
        Write(".git/HEAD", "ref: refs/heads/main\n");
        Write(".git/refs/heads/main", Commit + "\n");

        var below = Directory.CreateDirectory(_temporary.File("src/app"));
        Assert.That(ReleaseLabel.Of(below.FullName, []), Is.EqualTo(Label));
    }

    [Test]
    public void A_packed_branch_is_found()
    {
        Write(".git/HEAD", "ref: refs/heads/main\n");
        Write(
            ".git/packed-refs",
            $"# pack-refs with: peeled\n{new string('9', 40)} refs/heads/other\n{Commit} refs/heads/main\n");

        Assert.That(ReleaseLabel.Of(_temporary.Path, []), Is.EqualTo(Label));
    }

    [Test]
    public void A_detached_head_is_a_commit()
    {
        Write(".git/HEAD", Commit + "\n");

        Assert.That(ReleaseLabel.Of(_temporary.Path, []), Is.EqualTo(Label));
    }

    [Test]
    public void A_worktree_has_its_branch_in_the_main_repository()
    {
        Write("main/.git/refs/heads/topic", Commit);
        Write("main/.git/worktrees/topic/HEAD", "ref: refs/heads/topic");
        Write("main/.git/worktrees/topic/commondir", "../..");
        Write("topic/.git", $"gitdir: {_temporary.File("main/.git/worktrees/topic")}\n");

        Assert.That(ReleaseLabel.Of(_temporary.File("topic"), []), Is.EqualTo(Label));
    }

    [TestCase("ref: refs/heads/none")]
    [TestCase("nonsense")]
    [TestCase("")]
    public void Without_a_commit_the_newest_file_gives_its_time(string head)
    {
        Write(".git/HEAD", head);
        var old = _temporary.Write("old", "");
        var young = _temporary.Write("young", "");
        File.SetLastWriteTimeUtc(old, new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        File.SetLastWriteTimeUtc(young, new DateTime(2025, 6, 7, 8, 9, 10, DateTimeKind.Utc));

        Assert.That(ReleaseLabel.Of(_temporary.Path, [old, young, null]), Is.EqualTo("20250607-080910"));
        Assert.That(ReleaseLabel.Of(_temporary.Path, ["./old"]), Is.EqualTo("20240102-030405"));
    }

    [TestCase("app.py", "", "20250607-080910")]
    [TestCase("./app.py", "", "20250607-080910")]
    [TestCase("", "site.yml", "20250607-080910")]
    [TestCase("app.log", "", "20240102-030405")]
    [TestCase("app.pid", "", "20240102-030405")]
    [TestCase("/dev/stdout", "", "20240102-030405")]
    [TestCase(".", "", "20240102-030405")]
    [TestCase("app:app", "", "20240102-030405")]
    public void A_command_has_the_time_of_its_newest_file(string word, string configuration, string label)
    {
        var program = _temporary.Write("program", "");
        File.SetLastWriteTimeUtc(program, new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        foreach (var name in (string[])["app.py", "app.log", "app.pid", "site.yml"])
        {
            File.SetLastWriteTimeUtc(
                _temporary.Write(name, ""), new DateTime(2025, 6, 7, 8, 9, 10, DateTimeKind.Utc));
        }

        var config = configuration.Length == 0 ? null
            : Path.GetRelativePath(Environment.CurrentDirectory, _temporary.File(configuration));
        Assert.That(ReleaseLabel.OfCommand(_temporary.Path, [program, "-u", word], config), Is.EqualTo(label));
    }

    [Test]
    public void A_link_and_the_file_behind_it_both_count()
    {
        var file = _temporary.Write("app-1.py", "");
        File.SetLastWriteTimeUtc(file, new DateTime(2095, 6, 7, 8, 9, 10, DateTimeKind.Utc));
        File.CreateSymbolicLink(_temporary.File("app.py"), file);

        Assert.That(ReleaseLabel.OfCommand(_temporary.Path, ["true", "app.py"], null), Is.EqualTo("20950607-080910"));
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_temporary.File(path))!);
        _temporary.Write(path, text);
    }
}
