using System.Text;
using YamlDotNet.Core;

namespace Zerg.Configuration;

/// <summary>Reads the section <c>zerg:</c> of a YAML file; the other sections are not looked into.</summary>
internal static class StrictYamlReader
{
    public const string Section = "zerg";

    public const int MaxFileBytes = 16 * 1024 * 1024;

    public static (OptionList Options, IReadOnlyList<Problem> Problems) Read(string path)
    {
        var whole = SourcePosition.Whole(path);
        var bytes = new MemoryStream();
        try
        {
            using FileStream stream = File.OpenRead(path);
            CopyLimited(stream, bytes);
            return bytes.Length > MaxFileBytes
                ? Failed(whole, $"is larger than {MaxFileBytes / 1024 / 1024} MiB")
                : Read(new StringReader(Decode(bytes)), path);
        }
        catch (DecoderFallbackException e)
        {
            ReadOnlySpan<byte> before = bytes.GetBuffer().AsSpan(0, e.Index);
            int line = before.Count((byte)'\n') + 1;
            int column = e.Index - before.LastIndexOf((byte)'\n');
            return Failed(new SourcePosition(path, line, column), "the file is no UTF-8 text from here on");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return Failed(whole, $"cannot be read: {Reason(e)}");
        }
    }

    public static (OptionList Options, IReadOnlyList<Problem> Problems) Read(TextReader text, string file)
    {
        string content = text.ReadToEnd().TrimStart('\uFEFF');
        var problems = new List<Problem>();
        var options = new OptionList();
        try
        {
            new YamlSectionReader(content, file, options, problems).Read();
        }
        catch (YamlException e)
        {
            problems.Add(YamlSyntax.ToProblem(e, content, file));
        }

        return (options, problems);
    }

    // A device or a pipe has no length to ask for.
    private static void CopyLimited(Stream stream, MemoryStream bytes)
    {
        var buffer = new byte[64 * 1024];
        for (int read; bytes.Length <= MaxFileBytes && (read = stream.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, read);
        }
    }

    private static string Decode(MemoryStream bytes) =>
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)
            .GetString(bytes.GetBuffer(), 0, (int)bytes.Length);

    private static string Reason(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "permission denied, or it is a directory",
        _ => e.Message,
    };

    private static (OptionList Options, IReadOnlyList<Problem> Problems) Failed(
        SourcePosition position,
        string message) =>
        (new OptionList(), [Problem.Error(position, null, message)]);
}
