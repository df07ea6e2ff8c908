using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Zerg;
using Zergling.AspNetCore;
using Zergling.AspNetCore.Draining;
using Zergling.AspNetCore.Listening;
using Zergling.AspNetCore.Watching;

namespace Microsoft.Extensions.Hosting;

/// <summary>Makes an ASP.NET Core app a zergling.</summary>
public static class ZerglingBuilderExtensions
{
    /// <summary>
    /// With a pool (<c>--zerg PATH</c> or <c>ZERG</c>) the app attaches to it, serves the sockets it is passed, takes
    /// over from the release before it once it is ready and warm, and drains without losing a request. Under the
    /// program <c>zergling</c> it is a worker. With neither, nothing changes but that <see cref="ZergLifetime"/> can be
    /// injected. An option that makes no sense, or a pool that cannot be attached to, ends the process with one line.
    /// </summary>
    /// <param name="builder">What <c>WebApplication.CreateBuilder(args)</c> returns.</param>
    /// <param name="configure">Overrides what environment, configuration and command line say.</param>
    /// <returns>The builder.</returns>
    public static TBuilder UseZergling<TBuilder>(this TBuilder builder, Action<ZerglingOptions>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = Read(builder);
        configure?.Invoke(options);

        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(provider => new ZergLifetime(
            provider.GetRequiredService<IHostApplicationLifetime>(), options));

        var launched = LaunchedSockets.FromEnvironment();
        if (launched is null && options.Pools.Count == 0)
            return builder;
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("a zergling needs Linux");

        if (launched is not null)
            services.AddSingleton(launched);
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton(provider => new ConnectionRegister(provider.GetRequiredService<TimeProvider>())
        {
            Responses = options.CountResponses ? new ResponseCounter(provider.GetRequiredService<IMeterFactory>()) : null,
        });
        services.AddSingleton<ListenerSet>();
        services.AddSingleton<EndPointSetup>();
        services.AddSingleton<Drain>();
        services.AddSingleton<Overseer>();
        services.AddSingleton<IHostLifetime, ZerglingHostLifetime>();
        services.AddSingleton<IConnectionListenerFactory, ZergListenerFactory>();
        services.AddHostedService<ZerglingService>();

        // First of all, so that whatever another filter answers by itself is counted and closed as well.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, RequestTracker>());
        return builder;
    }

    private static ZerglingOptions Read(IHostApplicationBuilder builder)
    {
        try
        {
            return OptionsReader.Read(builder);
        }
        catch (ZergException problem)
        {
            Refusal.Exit(builder.Environment.ApplicationName, problem);
            throw;
        }
    }
}
