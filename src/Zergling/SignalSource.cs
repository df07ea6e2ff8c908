using System.Runtime.InteropServices;
using System.Threading.Channels;
using Zerg.Posix;

namespace Zergling;

/// <summary>
/// SIGTERM and SIGINT (drain, the second time kill), SIGHUP (renew) and SIGUSR1 (open the log anew) as events; SIGQUIT
/// stays the runtime's. The registrations are held here: one that is collected gives the signal its default action back.
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
