using System.IO.Pipelines;

namespace Zergling.AspNetCore.Draining;

/// <summary>
/// An HTTP/2 connection's transport, below Kestrel and above TLS, as its <see cref="GoAwayEcho"/> sees it.
/// </summary>
internal sealed class EchoingPipe(IDuplexPipe inner, GoAwayEcho echo) : IDuplexPipe
{
    public PipeReader Input { get; } = new EchoingReader(inner.Input, echo);

    public PipeWriter Output { get; } = new EchoingWriter(inner.Output, echo);
}
