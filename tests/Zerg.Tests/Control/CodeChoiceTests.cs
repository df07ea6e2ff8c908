using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.Control;

internal sealed class CodeChoiceTests
{
    private const uint Own = 1000;
    private const uint Other = 65534;

    // What a user of control-uid may fill in: it names a zergling, a release, or how much to tell.
    private static readonly string[] s_harmless =
        [nameof(ControlRequest.Command), nameof(ControlRequest.Zergling), nameof(ControlRequest.Release),
            nameof(ControlRequest.NoWait), nameof(ControlRequest.Limit)];

    private static IEnumerable<TestCaseData> Choices()
    {
        yield return new TestCaseData(Order() with { Binary = "/tmp/zergpool" }, "program").SetArgDisplayNames("Binary");
        yield return new TestCaseData(Order() with { Words = ["sh"] }, "command").SetArgDisplayNames("Words");
        yield return new TestCaseData(Order() with { Directory = "/tmp" }, "directory").SetArgDisplayNames("Directory");
        yield return new TestCaseData(Order() with { Directory = "" }, "directory").SetArgDisplayNames("no Directory");
    }

    [TestCaseSource(nameof(Choices))]
    public void Root_and_the_own_user_choose_code_and_nobody_else(ControlRequest order, string what)
    {
        Assert.That(CodeChoice.WhyNot(order, 0, Own), Is.Null);
        Assert.That(CodeChoice.WhyNot(order, Own, Own), Is.Null);
        Proof.Refused(
            CodeChoice.WhyNot(order, Other, Own),
            Is.EqualTo($"uid {Other} may not choose the {what}: root and the pool's own uid may"));
        Proof.Refused(CodeChoice.WhyNot(order, Own, 0), Is.Not.Null);
    }

    [TestCase("v1.2.3+build:7@host~1_x-y", true)]
    [TestCase("feature/login", false)]
    [TestCase("../../home/mallory", false)]
    [TestCase("..", false)]
    [TestCase("a b", false)]
    [TestCase("$(id)", false)]
    [TestCase("-x", false)]
    [TestCase("\u00e9t\u00e9", false)]
    public void Another_user_names_a_release_by_a_plain_word(string release, bool may)
        => Proof.Refused(CodeChoice.WhyNot(Order() with { Release = release }, Other, Own), may ? Is.Null : Is.Not.Null);

    [Test]
    public void Every_field_of_an_order_is_either_harmless_or_guarded()
    {
        var guarded = Choices().Select(one => one.Arguments[0]).Cast<ControlRequest>()
            .SelectMany(order => typeof(ControlRequest).GetProperties().Where(
                field => field.Name != nameof(ControlRequest.Command)
                    && field.GetValue(order) is { } value && !Equals(value, field.GetValue(Order()))))
            .Select(field => field.Name).Distinct();

        Assert.That(
            typeof(ControlRequest).GetProperties().Select(field => field.Name),
            Is.EquivalentTo(s_harmless.Concat(guarded)), "decide whether the new field chooses code");
    }

    private static ControlRequest Order() => s_order;

    private static readonly ControlRequest s_order = new() { Command = "deploy" };
}
