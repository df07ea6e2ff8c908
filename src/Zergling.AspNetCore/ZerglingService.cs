using Microsoft.Extensions.Hosting;
using Zerg;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore;

/// <summary>Ties the overseer to the stations of the host: attach first, bid farewell last.</summary>
internal sealed class ZerglingService(
    ZerglingOptions options,
    Overseer overseer,
    ZergListener listener,
    IHostEnvironment environment,
    IHostApplicationLifetime application,
    LaunchedSockets? launched = null) : IHostedLifecycleService
{
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);
    private Task _warmingUp = Task.CompletedTask;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.UnhandledException += Explain;
        if (launched is not null)
            await overseer.AddAsync(new Attachment(null, "the launcher"), launched.Sockets);
        else
        {
            foreach (var pool in options.Pools)
                await AttachAsync(pool, cancellationToken);
        }

        overseer.Start();
        application.ApplicationStarted.Register(() => _warmingUp = Task.Run(WarmUpAsync, CancellationToken.None));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => overseer.LeaveAsync();

    public Task StopAsync(CancellationToken cancellationToken) => _warmingUp;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await overseer.ByeAsync();
        AppDomain.CurrentDomain.UnhandledException -= Explain;
    }

    private async Task AttachAsync(string pool, CancellationToken cancel)
    {
        var client = await ZergClient.AttachAsync(
            new ZergClientOptions
            {
                Pool = pool,
                Release = options.Release,
                App = environment.ApplicationName,
                Name = options.Name,
                Mode = options.Mode,
            },
            cancel);
        await overseer.AddAsync(new Attachment(client, pool), client.Sockets);
    }

    private async Task WarmUpAsync()
    {
        try
        {
            if (options.WarmUpPath is { } path)
                await WarmUp.RunAsync(listener, path, application.ApplicationStopping);
            overseer.Post(new ZerglingEvent.Warm());
        }
        catch (OperationCanceledException)
        {
            // Stopped before it was ready.
        }
        catch (Exception problem)
        {
            overseer.Post(new ZerglingEvent.Cold($"warm-up of '{options.WarmUpPath}': {problem.Message}"));
        }
    }

    // A start that fails ends the process by its exception. The pool is told why, and where the exception or an order
    // carries an exit status, that status and one line replace the runtime's abort.
    private void Explain(object sender, UnhandledExceptionEventArgs args)
    {
        if (args.ExceptionObject is not Exception problem)
            return;
        overseer.FailedAsync($"{problem.GetType().Name}: {problem.Message}").Wait(s_lastWords);

        int? status = problem switch
        {
            ZergException refused => refused.ExitCode,
            OperationCanceledException when application.ApplicationStopping.IsCancellationRequested
                => Environment.ExitCode,
            _ => null,
        };
        if (status is { } code)
        {
            if (problem is ZergException)
                Console.Error.WriteLine($"{environment.ApplicationName}: {problem.Message}");
            Environment.Exit(code);
        }
    }
}
