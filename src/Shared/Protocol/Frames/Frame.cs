using System.Text.Json.Serialization;

namespace Zerg.Protocol;

/// <summary>
/// One message of a session: a 32-bit little-endian length, then this as UTF-8 JSON with its kind under "type".
/// </summary>
/// <remarks>
/// The generated serializer sets every init property, with null where a frame leaves it out: a default that is to
/// survive that stands in the setter.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(HelloFrame), "hello")]
[JsonDerivedType(typeof(WelcomeFrame), "welcome")]
[JsonDerivedType(typeof(OfferFrame), "offer")]
[JsonDerivedType(typeof(ReadyFrame), "ready")]
[JsonDerivedType(typeof(FailedFrame), "failed")]
[JsonDerivedType(typeof(StateFrame), "state")]
[JsonDerivedType(typeof(PauseFrame), "pause")]
[JsonDerivedType(typeof(ResumeFrame), "resume")]
[JsonDerivedType(typeof(DrainFrame), "drain")]
[JsonDerivedType(typeof(StopFrame), "stop")]
[JsonDerivedType(typeof(ScaleFrame), "scale")]
[JsonDerivedType(typeof(SocketsFrame), "sockets")]
[JsonDerivedType(typeof(ByeFrame), "bye")]
internal abstract record Frame
{
    /// <summary>How many descriptors, in their order of arrival, belong to this frame.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Descriptors { get; init; }

    /// <summary>A list as it came, none for null; a null in it is nothing that anybody could mean.</summary>
    /// <exception cref="ProtocolException">It has a null in it.</exception>
    protected static IReadOnlyList<T> Items<T>(IReadOnlyList<T>? items)
        where T : class
        => items?.Contains(null!) == true
            ? throw new ProtocolException("not a frame: a list has a null in it")
            : items ?? [];
}
