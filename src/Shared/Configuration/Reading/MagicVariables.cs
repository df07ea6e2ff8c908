using System.Globalization;
using System.Text;
using Mono.Unix.Native;
using Zerg.Posix;

namespace Zerg.Configuration.Reading;

/// <summary>
/// uWSGI's variables of one letter behind a %, filled in while a file is read. The upper-case letters are those of the
/// first file; a letter that means nothing disappears, %% is one %.
/// </summary>
internal sealed class MagicVariables(string file, string firstFile, string section)
{
    private static readonly Lazy<string> s_time = new(() =>
        (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds.ToString("0", CultureInfo.InvariantCulture));

    public string Fill(string text)
    {
        int percent = text.IndexOf('%');
        if (percent < 0)
        {
            return text;
        }

        var filled = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            // %( begins a placeholder, and a % at the end is one.
            if (text[i] != '%' || i + 1 == text.Length || text[i + 1] == '(')
            {
                filled.Append(text[i]);
            }
            else
            {
                filled.Append(Value(text[++i]));
            }
        }

        return filled.ToString();
    }

    private string Value(char letter) => letter switch
    {
        '%' => "%",
        '[' => "\u001b",
        'v' => Environment.CurrentDirectory,
        'x' => section,
        'X' => "",
        'h' => Environment.MachineName,
        'k' => Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        'u' => $"{Syscall.getuid()}",
        'U' => Accounts.User($"{Syscall.getuid()}").Value.ToString(),
        'g' => $"{Syscall.getgid()}",
        'G' => Accounts.Group($"{Syscall.getgid()}").Value.ToString(),
        't' => s_time.Value[..^6],
        'T' => s_time.Value,
        'b' => Environment.ProcessPath ?? "",
        >= '0' and <= '9' => Path.GetFullPath(file).Split('/')[1..^1].ElementAtOrDefault(letter - '0') ?? "",
        'o' or 'p' or 's' or 'n' or 'e' or 'd' or 'c' or 'i' or 'j' => OfFile(letter, file),
        'O' or 'P' or 'S' or 'N' or 'E' or 'D' or 'C' or 'I' or 'J' => OfFile(char.ToLowerInvariant(letter), firstFile),
        _ => "",
    };

    private static string OfFile(char letter, string path)
    {
        string full = Path.GetFullPath(path);
        string directory = Path.GetDirectoryName(full) ?? "/";
        return letter switch
        {
            'o' => path,
            'p' => full,
            's' => Path.GetFileName(full),
            'n' => Path.GetFileNameWithoutExtension(full),
            'e' => Path.GetExtension(full).TrimStart('.'),
            'd' => directory.TrimEnd('/') + "/",
            'c' => Path.GetFileName(directory),
            'i' => UnixSocketFile.Identity(full)?.Inode.ToString(CultureInfo.InvariantCulture) ?? "0",
            _ => Hash(full),
        };
    }

    // djb33x, its four bytes in their order in memory.
    private static string Hash(string path)
    {
        uint hash = 5381;
        foreach (byte b in Encoding.UTF8.GetBytes(path))
        {
            hash = ((hash << 5) + hash) ^ b;
        }

        return Convert.ToHexString(BitConverter.GetBytes(hash));
    }
}
