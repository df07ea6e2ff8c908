namespace Zerg.Tests.StrictClient;

internal static class Replies
{
    public const string Ok = "HTTP/1.1 200 OK\r\nX-Release: r1\r\nContent-Length: 5\r\n\r\nhello";
    public const string OkAndClose = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
}
