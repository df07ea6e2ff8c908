namespace Zerg.Protocol;

/// <summary>A peer sent what the protocol does not allow; the message names it in one line.</summary>
internal sealed class ProtocolException(string message) : Exception(OneLine.Of(message, MaxLength))
{
    // It quotes what the peer sent, which may be a whole frame.
    private const int MaxLength = 300;
}
