namespace Zerg.Fuzz;

/// <summary>Something that must always hold did not.</summary>
internal sealed class FindingException(string message) : Exception(message);
