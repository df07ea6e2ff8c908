namespace Hello;

/// <summary>Never gets the app started, or throws while it starts.</summary>
internal sealed class FailingStart(string failure) : BackgroundService
{
    public override Task StartAsync(CancellationToken cancellationToken)
        => failure == "hang"
            ? Task.Delay(Timeout.Infinite, cancellationToken)
            : throw new InvalidOperationException("told to fail while it starts");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}
