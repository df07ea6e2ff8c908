namespace ZergPool.Handover;

/// <summary>A release in a sentence.</summary>
internal static class ReleaseText
{
    /// <summary>"release 'v2'"; only a real uWSGI has none.</summary>
    public static string Of(string? release) => release is { Length: > 0 } ? $"release '{release}'" : "uWSGI";
}
