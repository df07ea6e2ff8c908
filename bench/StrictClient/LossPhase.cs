namespace Zerg.StrictClient;

internal enum LossPhase
{
    Connect,
    Send,
    Headers,
    Body,
}
