using System.Text;

namespace Zerg.Configuration.Reading;

/// <summary>The text of a file that a configuration consists of or names.</summary>
internal static class SourceText
{
    public const int MaxFileBytes = 16 * 1024 * 1024;

    /// <summary>Reads UTF-8 text.</summary>
    /// <returns>The text, or null after a problem.</returns>
    public static string? Read(string path, ProblemList problems) =>
        Read(path, SourcePosition.Whole(path), problems);

    /// <summary>The same for a file that an option names: what is wrong with it is said of the option.</summary>
    public static string? Read(string path, SourcePosition named, ProblemList problems)
    {
        using var bytes = new MemoryStream();
        if (path.Length == 0 || path.Contains('\0'))
        {
            problems.Add(Failed("is no name of a file"));
            return null;
        }

        try
        {
            using FileStream stream = File.OpenRead(path);
            CopyLimited(stream, bytes);
            if (bytes.Length <= MaxFileBytes)
            {
                return Decode(bytes);
            }

            problems.Add(Failed($"is larger than {MaxFileBytes / 1024 / 1024} MiB"));
        }
        catch (DecoderFallbackException e)
        {
            ReadOnlySpan<byte> before = bytes.GetBuffer().AsSpan(0, e.Index);
            int line = before.Count((byte)'\n') + 1;
            int column = e.Index - before.LastIndexOf((byte)'\n');
            problems.Add(Problem.Error(
                new SourcePosition(path, line, column), null, "the file is no UTF-8 text from here on"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            problems.Add(Failed($"cannot be read: {Reason(e)}"));
        }

        return null;

        Problem Failed(string message) => named.File == path
            ? Problem.Error(named, null, message)
            : Problem.Error(named, null, $"'{path}' {message}");
    }

    // A device or a pipe has no length to ask for.
    private static void CopyLimited(Stream stream, MemoryStream bytes)
    {
        var buffer = new byte[16 * 1024];
        for (int read; bytes.Length <= MaxFileBytes && (read = stream.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, read);
        }
    }

    private static string Decode(MemoryStream bytes) =>
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)
            .GetString(bytes.GetBuffer(), 0, (int)bytes.Length).TrimStart('\uFEFF');

    private static string Reason(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "permission denied, or it is a directory",
        _ => e.Message,
    };
}
