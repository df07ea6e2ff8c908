namespace Zerg.Protocol;

/// <summary>What a passed listening socket is.</summary>
/// <param name="Name">Unique in its pool and fit for LISTEN_FDNAMES: printable ASCII without a colon.</param>
/// <param name="Address">Canonical text: <c>0.0.0.0:80</c>, <c>[::1]:80</c>, <c>*:80</c>, a path, <c>@name</c>.</param>
/// <param name="Protocol">
/// What is to be spoken on it: <c>http</c>, <c>https</c>, <c>uwsgi</c>, or <c>any</c>.
/// </param>
/// <param name="Certificate">For <c>https</c>: the absolute path of its certificate chain, PEM; null for none.</param>
/// <param name="Key">For <c>https</c>: the absolute path of the certificate's key, PEM; null for none.</param>
internal sealed record SocketInfo(
    string Name, string Address, string Protocol, string? Certificate = null, string? Key = null);
