using System.Text;

namespace Zerg.StrictClient;

internal static class Http1Request
{
    /// <summary>The bytes which every request of a run begins with.</summary>
    public static byte[] Format(LoadOptions options)
    {
        var isUpload = options.Mode == LoadMode.Upload;
        var text = new StringBuilder();
        text.Append(isUpload ? "POST " : "GET ").Append(options.Path).Append(" HTTP/1.1\r\n");
        text.Append("Host: ").Append(options.Host).Append("\r\n");
        if (options.Mode == LoadMode.PerConnection)
            text.Append("Connection: close\r\n");
        if (isUpload)
        {
            text.Append("Content-Type: application/octet-stream\r\n");
            text.Append("Content-Length: ").Append(options.BodyBytes).Append("\r\n");
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>A slow reader needs a small kernel buffer, or the server would be done long before it.</summary>
    public static int? ReceiveBufferBytes(LoadOptions options) => options.Mode == LoadMode.Download ? 64 * 1024 : null;
}
