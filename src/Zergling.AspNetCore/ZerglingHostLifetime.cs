using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Zerg;

namespace Zergling.AspNetCore;

/// <summary>
/// SIGTERM and SIGINT drain before they stop the host, a second one stops at once, a third one ends the process.
/// SIGQUIT stops at once, as it does without this package.
/// </summary>
internal sealed class ZerglingHostLifetime(Overseer overseer, IHostApplicationLifetime application)
    : IHostLifetime, IDisposable
{
    // Kept, since a registration that is collected no longer handles its signal.
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Handle));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        var count = Interlocked.Increment(ref _signals);
        if (count > 2)
            Environment.Exit(ExitCodes.Failed);
        else if (count == 2 || context.Signal == PosixSignal.SIGQUIT)
            overseer.Post(new ZerglingEvent.Hurry($"{context.Signal}"));
        else if (application.ApplicationStarted.IsCancellationRequested)
            overseer.Post(new ZerglingEvent.Leave($"{context.Signal}"));
        else
            overseer.Interrupt($"{context.Signal}");
    }
}
