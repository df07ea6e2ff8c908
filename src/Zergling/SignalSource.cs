using System.Runtime.InteropServices;
using System.Threading.Channels;
using Zerg.Posix;

namespace Zergling;

/// <summary>
/// SIGTERM and SIGINT (drain, the second time kill), SIGHUP (renew), SIGUSR1 (open the log anew) and SIGUSR2 (which is
/// the pool's, and must not kill) as events; SIGQUIT stays the runtime's. The registrations are held here: one that is collected gives the signal its default action back.
/// </summary>
internal sealed class SignalSource : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="events">Where every signal goes.</param>
    /// <param name="stopped">Cancelled by the first signal that ends the program.</param>
    public SignalSource(ChannelWriter<LauncherEvent> events, CancellationTokenSource stopped)
    {
        _registrations =
        [
            Register(PosixSignal.SIGTERM, Signals.SIGTERM),
            Register(PosixSignal.SIGINT, Signals.SIGINT),
            Register(PosixSignal.SIGHUP, Signals.SIGHUP),
            Register((PosixSignal)Signals.SIGUSR1, Signals.SIGUSR1),
            Register((PosixSignal)Signals.SIGUSR2, Signals.SIGUSR2),
        ];

        PosixSignalRegistration Register(PosixSignal signal, int number) => PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                events.TryWrite(new LauncherEvent.Signalled(number));
                if (number is Signals.SIGTERM or Signals.SIGINT)
                    stopped.Cancel();
            });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }
}
