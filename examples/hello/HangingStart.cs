namespace Hello;

/// <summary>Never gets the app started.</summary>
internal sealed class HangingStart : BackgroundService
{
    public override Task StartAsync(CancellationToken cancellationToken)
        => Task.Delay(Timeout.Infinite, cancellationToken);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}
