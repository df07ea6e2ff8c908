namespace Zerg.StrictClient;

/// <summary>A request that will never get the answer it was owed; in a test, at least one of them.</summary>
/// <remarks><c>.ci/verdict.py</c> knows it by its name: a test that it ended is not run a second time.</remarks>
internal sealed class LossException(LossKind kind, string detail) : Exception(detail)
{
    public LossKind Kind => kind;
}
