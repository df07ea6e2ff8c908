using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <param name="Terms">What the responses of a new release have to be like.</param>
/// <param name="Requests">How many of them there have to be before that decides anything.</param>
/// <param name="Until">How long that is watched; null while nothing can be gone back to.</param>
/// <param name="Problem">Why nothing is decided; null when something is.</param>
/// <param name="Generations">What is seen, newest first.</param>
/// <param name="Pool">Which of several pools it is in, by its path.</param>
internal sealed record WatchStatus(
    string Terms, int Requests, DateTimeOffset? Until, string? Problem, IReadOnlyList<WatchedGeneration> Generations,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pool);
