using Zerg.Configuration;

namespace Zerg.Tests.Configuration;

internal sealed class CommandWordsTests
{
    [TestCase("a b", "a", "b")]
    [TestCase("  a\t b\n", "a", "b")]
    [TestCase("a 'b c' d", "a", "b c", "d")]
    [TestCase("a \"b c\"d", "a", "b cd")]
    [TestCase("a ''", "a", "")]
    [TestCase("a\\ b", "a b")]
    [TestCase("'a\\b'", "a\\b")]
    [TestCase("\"a\\b\\\"\\\\\\$\"", "a\\b\"\\$")]
    [TestCase("a\\\nb", "ab")]
    [TestCase("\"a\\\nb\"", "ab")]
    [TestCase("$HOME *.py ~ | x", "$HOME", "*.py", "~", "|", "x")]
    [TestCase("ü 'ß'", "ü", "ß")]
    public void Words_are_split_as_a_shell_does_and_joined_back(string text, params string[] words)
    {
        Assert.That(CommandWords.Split(text).Value, Is.EqualTo(words));
        Assert.That(CommandWords.Split(CommandWords.Join(words)).Value, Is.EqualTo(words));
    }

    [TestCase("a 'b", "the quote ' at character 3 is not closed")]
    [TestCase("a \"b\\\"", "the quote \" at character 3 is not closed")]
    [TestCase("a \"b\\", "the quote \" at character 3 is not closed")]
    [TestCase("a\\", "ends in a backslash that quotes nothing")]
    [TestCase("  ", "has no words")]
    public void An_open_quote_is_an_error(string text, string error) =>
        Assert.That(CommandWords.Split(text).Error, Is.EqualTo(error));
}
