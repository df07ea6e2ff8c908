namespace Zerg.Posix;

/// <summary>What a service said by sd_notify(3), and which process said it.</summary>
/// <param name="Pid">The sender as the kernel knows it; 0 when it lives in another pid namespace.</param>
/// <param name="Text">Lines of KEY=VALUE.</param>
internal readonly record struct Notification(int Pid, string Text)
{
    public bool IsReady => Value("READY") == "1";

    public string? Status => Value("STATUS");

    /// <summary>What the sender has answered; null when it does not say.</summary>
    public ZergResponses? Responses => Value(WorkerResponses.Variable) is { } text ? WorkerResponses.Parse(text) : null;

    private string? Value(string key)
    {
        foreach (var line in Text.Split('\n'))
        {
            if (line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length && line[key.Length] == '=')
                return line[(key.Length + 1)..];
        }

        return null;
    }
}
