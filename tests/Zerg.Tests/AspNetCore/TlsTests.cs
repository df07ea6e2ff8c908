using System.Net;
using System.Net.Security;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.AspNetCore;

[CancelAfter(60_000)]
internal sealed class TlsTests
{
    private static readonly DrainFrame s_drain = new() { Mercy = 30, Reason = "replaced" };

    private TemporaryDirectory _directory = null!;
    private TestCertificate _one = null!;
    private TestCertificate _two = null!;
    private AppPool _pool = null!;
    private HelloProcess? _hello;
    private AppSession? _session;

    [SetUp]
    public void Make()
    {
        _directory = new TemporaryDirectory();
        _one = new TestCertificate(_directory, "one");
        _two = new TestCertificate(_directory, "two");
    }

    [TearDown]
    public void Stop()
    {
        _hello?.Dispose();
        _session?.Dispose();
        _pool.Dispose();
        _directory.Dispose();
        (_hello, _session) = (null, null);
    }

    [Test]
    public async Task Each_address_speaks_as_the_pool_says_and_has_its_own_certificate(CancellationToken cancel)
    {
        _pool = new AppPool("http", "any");
        var one = _pool.Bind("https", _one.Path, _one.Key).Port;
        var two = _pool.Bind("https", _two.Path, _two.Key).Port;
        await ServeAsync(cancel);

        using var plain = await RawClient.ConnectAsync(_pool.Port, cancel);
        Assert.That(await plain.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"));
        Assert.That(await AskAsync(one, _one, HttpVersion.Version20, cancel), Is.EqualTo(HttpVersion.Version20));
        Assert.That(await AskAsync(one, _one, HttpVersion.Version11, cancel), Is.EqualTo(HttpVersion.Version11));
        Assert.That(await AskAsync(two, _two, HttpVersion.Version20, cancel), Is.EqualTo(HttpVersion.Version20));
        await _hello!.SaysAsync("is ready", cancel);
        Assert.That(_hello.Output, Does.Contain($"listening on: http://127.0.0.1:{_pool.Port}{Environment.NewLine}")
            .And.Contain($"listening on: https://127.0.0.1:{one}{Environment.NewLine}")
            .And.Contain($"listening on: https://127.0.0.1:{two}{Environment.NewLine}")
            .And.Not.Contain("bound by this app itself"));
    }

    [Test]
    public async Task Only_https_is_warmed_up_and_drained_as_well(CancellationToken cancel)
    {
        _pool = new AppPool();
        _pool.Bind("https", _one.Path, _one.Key);
        await ServeAsync(cancel);
        using var http = Client(_one);
        using var first = await http.SendAsync(Request(_pool.Port, HttpVersion.Version11), cancel);
        Assert.That(first.Headers.ConnectionClose, Is.Not.True);
        await _session!.OrderAsync(s_drain);
        await _session.ExpectStateAsync(ZerglingState.Draining, cancel);
        using var last = await http.SendAsync(Request(_pool.Port, HttpVersion.Version11), cancel);
        Assert.That(last.Headers.ConnectionClose, Is.True);
        Assert.That(await _hello!.ExitAsync(cancel), Is.Zero);
        Assert.That(ListenerState.Of(_pool.Listener), Is.EqualTo(ListenerState.Untouched));
    }

    [Test]
    public async Task Without_files_the_apps_own_certificate_is_served(CancellationToken cancel)
    {
        _pool = new AppPool("https");
        var two = _pool.Bind("https", _two.Path, _two.Key).Port;
        await ServeAsync(cancel, _one.AsDefault);
        Assert.That(await AskAsync(_pool.Port, _one, HttpVersion.Version20, cancel), Is.EqualTo(HttpVersion.Version20));
        Assert.That(await AskAsync(two, _two, HttpVersion.Version11, cancel), Is.EqualTo(HttpVersion.Version11));
    }

    [Test]
    public async Task An_app_with_TLS_for_all_its_endpoints_speaks_it_once(CancellationToken cancel)
    {
        _pool = new AppPool("http");
        var second = _pool.Bind("https").Port;
        await ServeAsync(cancel, [("HELLO_TLS", "1"), .. _one.AsDefault]);
        Assert.That(await AskAsync(_pool.Port, _one, HttpVersion.Version20, cancel), Is.EqualTo(HttpVersion.Version20));
        Assert.That(await AskAsync(second, _one, HttpVersion.Version11, cancel), Is.EqualTo(HttpVersion.Version11));
    }

    [Test]
    public async Task Neither_files_nor_a_certificate_of_the_app_is_one_line_and_status_78(CancellationToken cancel)
    {
        _pool = new AppPool("http", "https");
        await RefuseAsync(cancel, $"'{_pool.Info(1).Address}' speaks https", "option https");
    }

    [Test]
    public async Task A_file_that_cannot_be_read_is_one_line_and_status_78(CancellationToken cancel)
    {
        _pool = new AppPool("http");
        var info = _pool.Bind("https", _one.Path, "/no/such.key").Info;
        await RefuseAsync(cancel, $"'{info.Address}' speaks https", "/no/such.key");
    }

    [Test]
    public async Task A_certificate_that_is_none_names_its_file(CancellationToken cancel)
    {
        _pool = new AppPool("http");
        var path = _directory.Write("junk.pem", "junk");
        var info = _pool.Bind("https", path, _one.Key).Info;
        await RefuseAsync(cancel, $"'{info.Address}' speaks https", path);
    }

    [Test]
    public async Task Sockets_and_certificates_come_while_it_serves(CancellationToken cancel)
    {
        _pool = new AppPool();
        var first = _pool.Bind("https", _one.Path, _one.Key);
        await ServeAsync(cancel);
        var late = _pool.Bind("https", _two.Path, _two.Key);
        await _session!.OrderAsync(new SocketsFrame { Added = [late.Info] }, late.Descriptor);
        Assert.That(await AskAsync(late.Port, _two, HttpVersion.Version20, cancel), Is.EqualTo(HttpVersion.Version20));
        Assert.That(await AskAsync(first.Port, _one, HttpVersion.Version11, cancel), Is.EqualTo(HttpVersion.Version11));

        // The same socket, a renewed certificate.
        var renewed = first.Info with { Certificate = _two.Path, Key = _two.Key };
        await _session.OrderAsync(new SocketsFrame { Added = [renewed] }, first.Descriptor);
        await _hello!.SaysAsync("1 came, 0 went", cancel, 2);
        Assert.That(await AskAsync(first.Port, _two, HttpVersion.Version11, cancel), Is.EqualTo(HttpVersion.Version11));

        var plain = _pool.Bind("http");
        await _session.OrderAsync(new SocketsFrame { Added = [plain.Info] }, plain.Descriptor);
        await _hello.SaysAsync("speaks http, which this process did not when it started, ignoring", cancel);
    }

    [Test]
    public async Task Under_the_launcher_the_name_of_a_socket_says_https(CancellationToken cancel)
    {
        _pool = new AppPool("https");
        using var inherited = new FileDescriptor(Libc.fcntl(_pool.Listener.Number, 0, 20));
        _hello = HelloProcess.Launch(
            inherited.Number, [("ZERG_WORKER", "1"), ("LISTEN_FDNAMES", "https-0"), .. _one.AsDefault]);
        Assert.That(await AskAsync(_pool.Port, _one, HttpVersion.Version20, cancel), Is.EqualTo(HttpVersion.Version20));
        _hello.Signal(Signum.SIGTERM);
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    private async Task ServeAsync(CancellationToken cancel, params (string Name, string Value)[] environment)
    {
        _hello = HelloProcess.Attach(_pool, environment);
        _session = await _pool.AcceptAsync(cancel);
        await _session.ExpectAsync<ReadyFrame>(cancel);
        await _session.OrderAsync(new ResumeFrame());
        await _session.ExpectStateAsync(ZerglingState.Accepting, cancel);
    }

    private async Task RefuseAsync(CancellationToken cancel, params string[] named)
    {
        // No certificate for development either, which Kestrel would find in the home directory.
        _hello = HelloProcess.Attach(_pool, ("HOME", _directory.Path));
        _session = await _pool.AcceptAsync(cancel);
        var reason = (await _session.ExpectAsync<FailedFrame>(cancel)).Reason;
        Assert.That(await _hello.ExitAsync(cancel), Is.EqualTo(78));
        Assert.That(_hello.Errors, Has.One.Items);
        foreach (var text in named)
        {
            Assert.That(reason, Does.Contain(text));
            Assert.That(_hello.Errors.Single(), Does.Contain(text));
        }
    }

    private static async Task<Version> AskAsync(
        int port, TestCertificate expected, Version version, CancellationToken cancel)
    {
        using var http = Client(expected);
        using var answer = await http.SendAsync(Request(port, version), cancel);
        Assert.That(await answer.Content.ReadAsStringAsync(cancel), Is.EqualTo("hello\n"));
        return answer.Version;
    }

    private static HttpRequestMessage Request(int port, Version version)
        => new(HttpMethod.Get, new Uri($"https://127.0.0.1:{port}/"))
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };

    private static HttpClient Client(TestCertificate expected) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback =
                (_, certificate, _, _) => certificate?.GetCertHashString() == expected.Hash,
        },
    });
}
