namespace Zerg.Tests.Harness;

/// <summary>The pool's program, as one to upgrade to, that is asked to check and does nothing before it may.</summary>
internal sealed class HeldProgram
{
    private readonly string _asked;
    private readonly string _mayGoOn;

    /// <param name="path">Where it is written, with two files beside it.</param>
    public HeldProgram(string path)
    {
        (Path, _asked, _mayGoOn) = (path, path + ".asked", path + ".may-go-on");
        Executable.Write(
            path,
            $"""
            #!/bin/sh
            : > '{_asked}'
            until [ -e '{_mayGoOn}' ]; do sleep 0.05; done
            exec dotnet '{PoolProcess.Program}' "$@"

            """);
    }

    public string Path { get; }

    /// <summary>Waits until somebody has started it.</summary>
    public Task AskedAsync(CancellationToken cancel) => PoolProcess.UntilAsync(() => File.Exists(_asked), cancel);

    public void GoOn() => File.WriteAllText(_mayGoOn, "");
}
