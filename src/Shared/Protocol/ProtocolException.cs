namespace Zerg.Protocol;

/// <summary>A peer sent what the protocol does not allow; the message names it in one line.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
