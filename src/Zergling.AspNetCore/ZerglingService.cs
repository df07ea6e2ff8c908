using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Zerg;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore;

/// <summary>Ties the overseer to the stations of the host: attach first, bid farewell last.</summary>
internal sealed class ZerglingService(
    ZerglingOptions options,
    Overseer overseer,
    ListenerSet listeners,
    EndPointSetup endPoints,
    IServer server,
    IOptions<HostFilteringOptions> hosts,
    IHostEnvironment environment,
    IHostApplicationLifetime application,
    TimeProvider time,
    LaunchedSockets? launched = null) : IHostedLifecycleService
{
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);
    private Task _warmingUp = Task.CompletedTask;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.UnhandledException += Explain;
        try
        {
            if (launched is not null)
                await overseer.AddAsync(new Attachment(null, "the launcher", time), launched.Sockets);
            foreach (var pool in launched is null ? options.Pools : [])
                await AttachAsync(pool, cancellationToken);
            endPoints.Apply();
        }
        catch (ZergException problem)
        {
            await overseer.FailedAsync(problem.Message);
            Refusal.Exit(environment.ApplicationName, problem);
        }

        overseer.Start();
        application.ApplicationStarted.Register(() => _warmingUp = Task.Run(WarmUpAsync, CancellationToken.None));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        overseer.Compare(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        return Task.CompletedTask;
    }

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
        await overseer.AddAsync(new Attachment(client, pool, time), client.Sockets);
    }

    private async Task WarmUpAsync()
    {
        try
        {
            int? lukewarm = null;
            if (options.WarmUpPath is { } path)
            {
                var target = WarmUpTarget.Of(path, hosts.Value.AllowedHosts);
                lukewarm = await WarmUp.RunAsync(listeners.All, target, application.ApplicationStopping);
            }

            overseer.Post(new ZerglingEvent.Warm(lukewarm));
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

    // A start that fails ends the process by its exception, and the pool is told why; one that was stopped ends with the
    // status of the order instead of the runtime's abort.
    private void Explain(object sender, UnhandledExceptionEventArgs args)
    {
        if (args.ExceptionObject is OperationCanceledException
            && application.ApplicationStopping.IsCancellationRequested)
            Environment.Exit(Environment.ExitCode);
        if (args.ExceptionObject is Exception problem)
            overseer.FailedAsync($"{problem.GetType().Name}: {problem.Message}").Wait(s_lastWords);
    }
}
