using System.Reflection;

namespace Zerg.Configuration.Uwsgi;

/// <summary>
/// The names of uWSGI 2.0.21 with its usual plugins, as options.txt lists them: a name, whether it takes a value
/// (flag, maybe, value), and its letter where it has one. Read only when a name is met that is not in the vocabulary.
/// </summary>
internal static class UwsgiOptions
{
    private static readonly Lazy<(Dictionary<string, UwsgiOption> Names, Dictionary<char, UwsgiOption> Letters)> s_all =
        new(Load);

    public static IReadOnlyCollection<string> Names => s_all.Value.Names.Keys;

    public static UwsgiOption? Find(string name) => s_all.Value.Names.GetValueOrDefault(name);

    public static UwsgiOption? Find(char letter) => s_all.Value.Letters.GetValueOrDefault(letter);

    private static (Dictionary<string, UwsgiOption> Names, Dictionary<char, UwsgiOption> Letters) Load()
    {
        var names = new Dictionary<string, UwsgiOption>();
        var letters = new Dictionary<char, UwsgiOption>();
        using var reader = new StreamReader(
            Assembly.GetExecutingAssembly().GetManifestResourceStream("Zerg.uwsgi-options.txt")!);
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            var option = new UwsgiOption(words[0], words[1] switch
            {
                "flag" => UwsgiArity.None,
                "maybe" => UwsgiArity.Optional,
                _ => UwsgiArity.Required,
            });
            names.Add(option.Name, option);
            if (words.Length > 2)
            {
                // Several names share a letter; they mean the same.
                letters.TryAdd(words[2][0], option);
            }
        }

        return (names, letters);
    }
}
