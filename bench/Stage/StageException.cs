namespace Zerg.Stage;

/// <summary>A program did not do what the show needs; the message is for people.</summary>
internal sealed class StageException(string message) : Exception(message);
