using System.Net;

namespace Zerg.Configuration;

/// <summary>One socket to bind; an IPv6 socket that is not <see cref="DualMode"/> sets IPV6_V6ONLY.</summary>
internal sealed record BindTarget(EndPoint EndPoint, bool DualMode);
