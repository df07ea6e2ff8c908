namespace Zerg.Tests.Harness;

/// <summary>A peer, an order or a path that had to be refused was not.</summary>
/// <remarks><c>.ci/verdict.py</c> knows it by its name: a test that it ended is not run a second time.</remarks>
internal sealed class MissingRefusalException(string detail, Exception? cause = null) : Exception(detail, cause);
