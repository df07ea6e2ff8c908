using System.Text;
using Zerg.Configuration.Uwsgi;

namespace Zerg.Configuration.Reading;

/// <summary>
/// Takes options in the order of their sources and does at once what uWSGI does while it reads: blocks, custom
/// options, <c>set</c>, further files. What is left is the ordered list of all of them.
/// </summary>
internal sealed class OptionCollector(ProblemList problems)
{
    /// <summary>More than any real file has; a loop could make any number.</summary>
    public const int MaxOptions = 10_000;

    /// <summary>The longest value that is made, in characters.</summary>
    public const int MaxLength = 64 * 1024;

    private const int MaxDepth = 16;

    // In all: files that include others twice would be read for ever.
    private const int MaxFiles = 256;
    private const int MaxMade = 4 * 1024 * 1024;
    private const int Least = 64; // What an option costs without a value.
    private const string Item = "%(_)";

    private readonly Dictionary<string, string> _custom = new(StringComparer.Ordinal);
    private readonly HashSet<string> _variables = new(StringComparer.Ordinal);
    private readonly Stack<string> _open = new();
    private OptionBlock? _block;
    private int _files;
    private long _made;
    private bool _isFull;

    public OptionList Options { get; } = new();

    public ProblemList Problems => problems;

    /// <summary>Names that are variables of the configuration's own, and so no misspelt options.</summary>
    public IReadOnlySet<string> Variables => _variables;

    /// <summary>The first file that was read, whose magic variables have upper-case letters.</summary>
    public string? FirstFile { get; private set; }

    /// <summary>Reads a file, or a section of it that FILE:SECTION asks for, in the place where it is named.</summary>
    public void Include(string name, Dialect? dialect, SourcePosition from)
    {
        if (name.Length == 0 || name.Contains('\0'))
        {
            Error(from, null, name.Length == 0 ? "a configuration file has an empty name" : "a file's name has a NUL character");
            return;
        }

        (string path, string? section) = ConfigurationFile.Split(name, dialect);
        string full = Path.GetFullPath(path);
        if (_open.Contains(full + ':' + section) || _open.Count >= MaxDepth)
        {
            Error(from, null, $"'{name}' is read already, and would include itself without end");
            return;
        }

        if (++_files > MaxFiles)
        {
            Stop(from, $"more than {MaxFiles} files are included");
            return;
        }

        FirstFile ??= path;
        _open.Push(full + ':' + section);
        OptionBlock? outer = _block;
        _block = null;
        ConfigurationFile.Read(path, section, dialect, this);
        EndOfSource();
        _block = outer;
        _open.Pop();
    }

    /// <summary>Takes one option; in a block, once for each of the block's items.</summary>
    public void Add(Option option)
    {
        if (OptionBlock.Closes(option.Name))
        {
            Close(option);
        }
        else if (_block is null)
        {
            Do(option);
        }
        else if (OptionBlock.Opens(option.Name))
        {
            Nested(option, _block);
        }
        else
        {
            int places = option.Value.AsSpan().Count(Item);
            foreach (string item in _block.Items)
            {
                if (!MayMake(option.Value.Length + ((long)places * item.Length), option))
                {
                    break;
                }

                Do(option with { Value = option.Value.Replace(Item, item, StringComparison.Ordinal) });
            }
        }
    }

    /// <summary>A block ends with its file, or with the command line.</summary>
    public void EndOfSource()
    {
        if (_block is { Opener: var opener })
        {
            Warn(opener, "is not closed by an 'endif' or 'endfor': it ends with its source here, with the last one in uWSGI");
        }

        _block = null;
    }

    /// <summary>Puts an option at the end of the list, whatever it is.</summary>
    public void Append(Option option)
    {
        if (Options.Count < MaxOptions)
        {
            Options.Add(option);
        }
        else
        {
            Stop(option.Position, $"there are more than {MaxOptions} options");
        }
    }

    /// <summary>Whether so much text may be made of an option by a loop or by placeholders.</summary>
    public bool MayMake(long length, Option option)
    {
        _made += length + Least;
        if (_made > MaxMade)
        {
            Stop(option.Position, $"loops and placeholders make more than {MaxMade / 1024 / 1024} MiB of this");
        }

        return _made <= MaxMade;
    }

    public void Error(SourcePosition position, string? option, string message) =>
        problems.Add(Problem.Error(position, option, message));

    public void Warn(Option option, string message) =>
        problems.Add(Problem.Warning(option.Position, option.Name, message));

    // Enough is enough, and it is said once.
    private void Stop(SourcePosition position, string message)
    {
        if (!_isFull)
        {
            _isFull = true;
            Error(position, null, message);
        }
    }

    private void Close(Option option)
    {
        if (_block is null)
        {
            Warn(option, "closes nothing, ignoring");
        }

        _block = null;
    }

    private void Nested(Option option, OptionBlock block)
    {
        const string Says = "stands inside of another block, and blocks cannot be nested";
        if (block.Items.Count > 0)
        {
            Error(option.Position, option.Name, $"{Says}: '{block.Opener.Name}' at {block.Opener.Position} is open");
        }
        else
        {
            Warn(option, $"{Says}: it is skipped with '{block.Opener.Name}', and the first end closes both");
        }
    }

    private void Do(Option option)
    {
        switch (option.Name)
        {
            case var _ when _isFull:
                break;
            case var name when OptionBlock.Opens(name):
                _block = OptionBlock.Open(option, this);
                break;
            case "set":
                Set(option, isVariable: false);
                break;
            case "set-placeholder" or "set-ph":
                Set(option, isVariable: true);
                break;
            case "declare-option" or "declare-option2":
                Declare(option);
                break;
            case "ini":
                Include(option.Value, Dialect.Ini, option.Position);
                break;
            case "yaml" or "yml":
                Include(option.Value, Dialect.Yaml, option.Position);
                break;
            case "include" or "config" or "inherit":
                Include(option.Value, null, option.Position);
                break;
            case "xml" or "xmlconfig" or "json" or "js":
                Error(option.Position, option.Name, "only YAML and INI files can be read");
                break;
            case var name when _custom.TryGetValue(name, out string? template):
                Expand(option, template);
                break;
            default:
                Append(option);
                break;
        }
    }

    private void Set(Option option, bool isVariable)
    {
        if (option.Value.Split('=', 2) is not [{ Length: > 0 } name, var value])
        {
            Error(option.Position, option.Name, $"'{option.Value}' is no pair, expected 'NAME=VALUE'");
        }
        else if (isVariable && (Vocabulary.Find(name) is not null || UwsgiOptions.Find(name) is not null))
        {
            Error(option.Position, option.Name, $"'{name}' is an option, and so cannot be a placeholder");
        }
        else if (isVariable)
        {
            _variables.Add(name);
            Append(option with { Name = name, Value = value });
        }
        else
        {
            Do(option with { Name = name, Value = value });
        }
    }

    // NAME=OPTION=VALUE;OPTION=VALUE with $1, $2, ... for the words of the value it is used with.
    private void Declare(Option option)
    {
        if (option.Value.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } template])
        {
            _custom[name] = template;
        }
        else
        {
            Error(option.Position, option.Name, $"'{option.Value}' is no declaration, expected 'NAME=OPTION=VALUE;...'");
        }
    }

    private void Expand(Option option, string template)
    {
        string[] words = option.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (string pair in template.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            string value = Filled(parts.ElementAtOrDefault(1) ?? "", words);
            if (value.Length > MaxLength || !MayMake(value.Length, option))
            {
                Error(option.Position, option.Name, $"becomes longer than {MaxLength / 1024} KiB");
                break;
            }

            // One of its own kind in its template would never end.
            Option made = option with { Name = parts[0].Trim(), Value = value };
            if (_custom.ContainsKey(made.Name))
            {
                Error(option.Position, option.Name, $"'{made.Name}' is a declared option, and cannot be used in another");
            }
            else
            {
                Do(made);
            }
        }
    }

    // $12 is the twelfth word, or where there are fewer the first one and a 2. Too long is long enough to be told.
    private static string Filled(string template, string[] words)
    {
        var text = new StringBuilder();
        for (int i = 0; i < template.Length && text.Length <= MaxLength; i++)
        {
            int word = template[i] == '$' ? Number(template.AsSpan(i + 1), words.Length) : 0;
            text.Append(word == 0 ? template[i].ToString() : words[word - 1]);
            i += word == 0 ? 0 : $"{word}".Length;
        }

        return text.ToString();
    }

    // The longest number at the beginning that is no greater than the greatest; 0 where there is none.
    private static int Number(ReadOnlySpan<char> text, int greatest)
    {
        int number = 0;
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c) || (number * 10) + (c - '0') is var next && (next == 0 || next > greatest))
            {
                break;
            }

            number = next;
        }

        return number;
    }
}
