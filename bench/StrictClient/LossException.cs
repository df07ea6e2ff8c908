namespace Zerg.StrictClient;

/// <summary>A request that will never get the answer it was owed.</summary>
internal sealed class LossException(LossKind kind, string detail) : Exception(detail)
{
    public LossKind Kind => kind;
}
