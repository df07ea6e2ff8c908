using System.Globalization;
using Zerg.Posix;

namespace Zerg.Protocol;

/// <summary>
/// The range of every number in a frame. What a peer says of itself is a claim: one that decides something and is out of
/// its range ends the session, and a figure that is only shown is unknown then. No arithmetic on numbers within these
/// bounds overflows.
/// </summary>
internal static class FrameBounds
{
    /// <summary>The highest generation: one hand-over a second for thirty years.</summary>
    public const int MaxGeneration = 1_000_000_000;

    /// <summary>The highest id of a session.</summary>
    public const int MaxSession = 1_000_000_000;

    /// <summary>The most workers of a launcher, <c>processes</c>.</summary>
    public const int MaxWorkers = 1024;

    /// <summary>The most connections, requests or crashes that a figure may say.</summary>
    public const int MaxFigure = 1_000_000_000;

    /// <summary>The highest process id, PID_MAX_LIMIT: see proc_sys_kernel(5).</summary>
    public const int MaxPid = 4 * 1024 * 1024;

    /// <summary>The highest exit status, see _exit(2).</summary>
    public const int MaxStatus = 255;

    private const int MinYear = 1969;
    private const int MaxYear = 3000;

    /// <summary>Why a frame cannot be right, in one line that names the field; null when it can.</summary>
    public static string? WhyNot(Frame frame)
        => Outside("descriptors", frame.Descriptors, Ancillary.MaxDescriptors) ?? frame switch
        {
            HelloFrame hello => Outside("hello generation", hello.Generation, MaxGeneration)
                ?? Outside("hello session", hello.Session, MaxSession)
                ?? Outside("hello workers", hello.Workers, MaxWorkers),
            WelcomeFrame welcome => Outside("welcome generation", welcome.Generation, MaxGeneration)
                ?? Outside("welcome session", welcome.Session, MaxSession)
                ?? Outside("welcome workers", welcome.Workers, MaxWorkers)
                ?? Outside("welcome backlog", welcome.Backlog, int.MaxValue),
            ResumeFrame resume => Outside("resume generation", resume.Generation, MaxGeneration),
            ScaleFrame scale => Outside("scale workers", scale.Workers, MaxWorkers),
            OfferFrame offer => Mismatch("offer", offer.Descriptors, offer.Sockets.Count),
            SocketsFrame sockets => Mismatch("sockets", sockets.Descriptors, sockets.Added.Count),
            _ => null,
        };

    /// <summary>Why a number cannot be right; null when it is within 0 to <paramref name="most"/>.</summary>
    public static string? Outside(string field, long value, long most) => Outside(field, value, 0, most);

    /// <summary>Why a number cannot be right; null when it is within its bounds.</summary>
    public static string? Outside(string field, long value, long least, long most) => value >= least && value <= most
        ? null : string.Create(CultureInfo.InvariantCulture, $"{field} is {value}, must be {least} to {most}");

    /// <summary>A figure that is only shown; null, for unknown, when it cannot be right.</summary>
    public static int? Figure(int? value) => value is >= 0 and <= MaxFigure ? value : null;

    /// <summary>A moment that is only shown; null, for unknown, when it cannot be right.</summary>
    public static DateTimeOffset? Moment(DateTimeOffset? value) => value is { } moment && IsMoment(moment) ? moment : null;

    /// <summary>Whether a moment is one that a clock may have told, and that one can count from.</summary>
    public static bool IsMoment(DateTimeOffset moment) => moment.Year is > MinYear and < MaxYear;

    /// <summary>The number of a process that is only shown; null, for unknown, when it cannot be one.</summary>
    public static int? Process(int? value) => value is > 0 and <= MaxPid ? value : null;

    /// <summary>The status that a program is told to exit with; one that no program can have is a failure.</summary>
    public static int Status(int value) => value is >= 0 and <= MaxStatus ? value : ExitCodes.Failed;

    /// <summary>A report with what cannot be right taken out of it, and the first such figure in words.</summary>
    public static StateFrame Known(StateFrame said, out string? ignored)
    {
        ignored = (said.Connections is { } connections ? Outside("connections", connections, MaxFigure) : null)
            ?? (said.Requests is { } requests ? Outside("requests", requests, MaxFigure) : null)
            ?? Outside("crashes", said.Crashes, MaxFigure)
            ?? Outside("target", said.Target, MaxWorkers)
            ?? Outside("ready", said.Ready, MaxWorkers)
            ?? (said.Responses?.CanFollow(null) != false ? null : "responses are no counts of so many classes and latencies");
        return ignored is null ? said : said with
        {
            Connections = Figure(said.Connections),
            Requests = Figure(said.Requests),
            Target = Math.Clamp(said.Target, 0, MaxWorkers),
            Ready = Math.Clamp(said.Ready, 0, MaxWorkers),
            Responses = said.Responses?.CanFollow(null) == true ? said.Responses : null,
        };
    }

    private static string? Mismatch(string frame, int descriptors, int sockets) => descriptors == sockets ? null
        : string.Create(
            CultureInfo.InvariantCulture, $"{frame} descriptors is {descriptors}, must be {sockets}, one for each socket");
}
