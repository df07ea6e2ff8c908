using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Zerg.Tests.Harness;

namespace Zerg.Tests.AspNetCore;

/// <summary>A certificate that nobody signed, and its files.</summary>
internal sealed class TestCertificate
{
    public TestCertificate(TemporaryDirectory directory, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Hash = certificate.GetCertHashString();
        Path = directory.Write($"{name}.pem", certificate.ExportCertificatePem());
        Key = directory.Write($"{name}.key", key.ExportPkcs8PrivateKeyPem());
    }

    public string Hash { get; }

    public string Path { get; }

    public string Key { get; }

    /// <summary>As the app's own.</summary>
    public (string Name, string Value)[] AsDefault =>
        [("Kestrel__Certificates__Default__Path", Path), ("Kestrel__Certificates__Default__KeyPath", Key)];
}
