using System.Globalization;
using Zerg.Posix;

namespace Zerg;

/// <summary>The label of the code that runs, when nobody gave it one.</summary>
internal static class ReleaseLabel
{
    private const int ShortCommit = 12;
    private const int MaxReferences = 5;

    private static readonly string[] s_written = [".log", ".pid"];

    /// <summary>
    /// The commit checked out in a directory or above it, else the newest time of the files. Never the time of the
    /// start: a copy that a supervisor starts again is the same release.
    /// </summary>
    public static string Of(string directory, IEnumerable<string?> files)
        => CommitOf(directory) is { } commit
            ? commit[..ShortCommit]
            : NewestOf(directory, files).ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    /// <summary>The same for a command: its program, whatever else of its words is a file, and its configuration.</summary>
    public static string OfCommand(string directory, IReadOnlyList<string> command, string? configuration)
    {
        var place = Path.GetFullPath(directory);
        return Of(
            place,
            [
                command[0],
                .. command.Skip(1).Where(IsInput).Select(word => Path.GetFullPath(word, place)),
                configuration is null ? null : Path.GetFullPath(configuration),
            ]);
    }

    // What the program writes itself has a new time at each start, and two copies would replace each other for ever.
    private static bool IsInput(string word)
        => word.Length > 0 && !s_written.Contains(Path.GetExtension(word), StringComparer.Ordinal);

    private static DateTime NewestOf(string directory, IEnumerable<string?> files)
        => DateTime.UnixEpoch.AddSeconds(files.Select(file => Changed(directory, file) ?? 0).DefaultIfEmpty().Max());

    private static long? Changed(string directory, string? file)
    {
        if (string.IsNullOrEmpty(file))
            return null;
        var places = file.Contains('/') ? [directory]
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return places.Select(place => RegularFile.Changed(Path.Combine(place, file)))
            .FirstOrDefault(changed => changed is not null);
    }

    private static string? CommitOf(string directory)
    {
        try
        {
            for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
            {
                if (GitDirectory(Path.Combine(at.FullName, ".git")) is { } git)
                    return Resolve(git, "HEAD", 0);
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Another user's repository: the times of the files will do.
        }

        return null;
    }

    // A worktree and a submodule have a file there: "gitdir: PATH".
    private static string? GitDirectory(string path)
    {
        const string link = "gitdir: ";
        if (Directory.Exists(path))
            return path;
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        return text.StartsWith(link, StringComparison.Ordinal)
            ? Path.Combine(Path.GetDirectoryName(path)!, text[link.Length..].Trim())
            : null;
    }

    private static string? Resolve(string git, string name, int depth)
    {
        const string reference = "ref: ";
        var text = ReadReference(git, name);
        return text is null || depth > MaxReferences ? null
            : text.StartsWith(reference, StringComparison.Ordinal)
                ? Resolve(git, text[reference.Length..].Trim(), depth + 1)
            : text.Length >= ShortCommit && text.All(char.IsAsciiHexDigit) ? text
            : null;
    }

    // Branches live in the repository that a worktree belongs to, one file each or all in packed-refs.
    private static string? ReadReference(string git, string name)
    {
        var common = Path.Combine(git, "commondir");
        var main = File.Exists(common) ? Path.Combine(git, File.ReadAllText(common).Trim()) : git;
        foreach (var path in (string[])[Path.Combine(git, name), Path.Combine(main, name)])
        {
            if (File.Exists(path))
                return File.ReadAllText(path).Trim();
        }

        var packed = Path.Combine(main, "packed-refs");
        return !File.Exists(packed) ? null : File.ReadLines(packed)
            .FirstOrDefault(line => line.EndsWith(" " + name, StringComparison.Ordinal))?.Split(' ')[0];
    }
}
