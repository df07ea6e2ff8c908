using System.Runtime.InteropServices;

namespace Zerg.Stage;

/// <summary>Turns Ctrl+C, SIGTERM and a closed terminal into one token, so that every child is ended first.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signal;

    public Interruption()
    {
        foreach (var (signal, number) in new[]
        {
            (PosixSignal.SIGINT, Posix.Signals.SIGINT), (PosixSignal.SIGTERM, Posix.Signals.SIGTERM),
            (PosixSignal.SIGHUP, Posix.Signals.SIGHUP),
        })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _signal = number;
                _asked.Cancel();
            }));
        }
    }

    public CancellationToken Token => _asked.Token;

    /// <summary>What a shell makes of a program that a signal ended.</summary>
    public int ExitCode => 128 + _signal;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _asked.Dispose();
    }
}
