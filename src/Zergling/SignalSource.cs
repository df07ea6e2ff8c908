using System.Runtime.InteropServices;
using System.Threading.Channels;
using Zerg.Posix;

namespace Zergling;

/// <summary>
/// SIGTERM and SIGINT (drain, the second time kill) and SIGHUP (renew) as events; SIGQUIT stays the runtime's. The
/// registrations are held here: one that is collected gives the signal its default action back.
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
        ];

        PosixSignalRegistration Register(PosixSignal signal, int number) => PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                events.TryWrite(new LauncherEvent.Signalled(number));
                if (number != Signals.SIGHUP)
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
