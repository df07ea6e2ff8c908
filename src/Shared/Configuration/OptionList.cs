using System.Collections;

namespace Zerg.Configuration;

/// <summary>The options of all sources in their order: the later scalar wins, lists accumulate.</summary>
internal sealed class OptionList : IReadOnlyCollection<Option>
{
    private readonly List<Option> _options = [];

    public int Count => _options.Count;

    public void Add(Option option) => _options.Add(option);

    public void AddRange(IEnumerable<Option> options) => _options.AddRange(options);

    public Option? Last(string name) => _options.FindLast(option => option.Name == name);

    public IReadOnlyList<Option> All(string name) => _options.FindAll(option => option.Name == name);

    /// <summary>Puts another option in the place of each.</summary>
    public void ReplaceEach(Func<Option, Option> replace)
    {
        for (int i = 0; i < _options.Count; i++)
        {
            _options[i] = replace(_options[i]);
        }
    }

    public IEnumerator<Option> GetEnumerator() => _options.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
