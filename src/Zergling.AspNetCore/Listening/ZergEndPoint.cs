using System.Net;

namespace Zergling.AspNetCore.Listening;

/// <summary>Stands for all sockets that were passed; only our own listener can bind it.</summary>
internal sealed class ZergEndPoint : EndPoint
{
    /// <summary>The addresses, for people.</summary>
    public string Addresses { get; set; } = "zerg";

    public override string ToString() => Addresses;
}
