using System.Reflection;
using System.Text;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Upgrading;

/// <summary>A copy of the program that says it is of another version.</summary>
internal sealed class OtherVersion : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public OtherVersion()
    {
        Text = "9" + Own[1..];
        var built = System.IO.Path.GetDirectoryName(PoolProcess.Program)!;
        foreach (var file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
        {
            var copy = _directory.File(System.IO.Path.GetRelativePath(built, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        // The version stands in an attribute, as UTF-8 behind its length.
        var bytes = File.ReadAllBytes(Path);
        var (own, other) = (Counted(Own), Counted(Text));
        for (var at = bytes.AsSpan().IndexOf(own); at >= 0; at = bytes.AsSpan().IndexOf(own))
            other.CopyTo(bytes, at);
        File.WriteAllBytes(Path, bytes);
    }

    /// <summary>The version of the program that was built.</summary>
    public static string Own { get; } = typeof(global::ZergPool.Pool).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public string Text { get; }

    /// <summary>The assembly.</summary>
    public string Path => _directory.File("zergpool.dll");

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private static byte[] Counted(string text) => [(byte)text.Length, .. Encoding.UTF8.GetBytes(text)];
}
