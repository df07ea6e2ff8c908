namespace Zerg.StrictClient;

internal enum LossKind
{
    Refused,
    ConnectFailed,
    ConnectTimeout,
    Reset,
    EmptyReply,
    ShortReply,
    Timeout,
    RefusedStream,
    BadReply,
    WrongBody,
}
