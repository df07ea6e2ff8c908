using System.Net.Sockets;
using System.Text;
using Zerg.StrictClient;

namespace Zerg.Tests.StrictClient;

internal sealed class ParserTests
{
    [TestCase("HTTP/1.1 200 OK\r\n\r\n", 200)]
    [TestCase("HTTP/1.1 204\r\nDate: now\r\n\r\n", 204)]
    [TestCase("HTTP/1.0 301 Moved\r\nX-Release:r1\r\nEmpty:\r\n\r\n", 301)]
    public void A_good_head_is_read_from_any_pieces(string text, int status)
    {
        var head = new ResponseHead(new ReleaseTable());
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var length = 0; length < bytes.Length; length++)
            Assert.That(Http1Parser.TryParse(bytes.AsSpan(0, length), head, out _), Is.False);
        Assert.That(Http1Parser.TryParse(bytes, head, out var consumed), Is.True);
        Assert.That((head.Status, consumed), Is.EqualTo((status, bytes.Length)));
    }

    [TestCase("HTTP/2.0 200 OK\r\n\r\n")]
    [TestCase("HTTP/1.1 2000 OK\r\n\r\n")]
    [TestCase("HTTP/1.1  200 OK\r\n\r\n")]
    [TestCase("HTTP/1.1 20x OK\r\n\r\n")]
    [TestCase("hello\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\nA: b\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nA : b\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    public void A_loose_head_is_a_bad_reply(string text)
    {
        var head = new ResponseHead(new ReleaseTable());
        Assert.That(
            () => Http1Parser.TryParse(Encoding.Latin1.GetBytes(text), head, out _),
            Throws.TypeOf<LossException>().With.Property("Kind").EqualTo(LossKind.BadReply));
    }

    [TestCase("3\r\nabc\r\n0\r\n\r\n", 3)]
    [TestCase("0\r\n\r\n", 0)]
    [TestCase("a;ext=1\r\n0123456789\r\n1 \r\nx\r\n000\r\nTrailer: 1\r\nOther: 2\r\n\r\n", 11)]
    public void A_chunked_body_split_anywhere_ends_where_it_ends(string text, int length)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var split = 0; split < bytes.Length; split++)
        {
            var body = BeginChunked();
            Assert.That(body.Consume(bytes.AsSpan(0, split), out var first), Is.False);
            Assert.That(first, Is.EqualTo(split));
            byte[] rest = [.. bytes.AsSpan(split), (byte)'!'];
            Assert.That(body.Consume(rest, out var second), Is.True);
            Assert.That((split + second, body.Length), Is.EqualTo((bytes.Length, length)));
        }
    }

    [TestCase("\r\n")]
    [TestCase("g\r\n")]
    [TestCase("3\nabc")]
    [TestCase("3\r\nabcd\r\n")]
    [TestCase("ffffffffffffffff\r\n")]
    public void Loose_chunks_are_a_bad_reply(string text) => Assert.That(
        () => BeginChunked().Consume(Encoding.Latin1.GetBytes(text), out _),
        Throws.TypeOf<LossException>().With.Property("Kind").EqualTo(LossKind.BadReply));

    [Test]
    public void The_Huffman_code_is_complete()
    {
        long sum = 1; // The end-of-string symbol, of 30 bits.
        foreach (var length in Huffman.Lengths)
            sum += 1L << (30 - length);
        Assert.That(sum, Is.EqualTo(1L << 30));
    }

    [Test]
    public void Header_blocks_of_RFC_7541_C_6_are_decoded()
    {
        var hpack = new HpackDecoder();
        string Decode(string hex)
        {
            var fields = new StringBuilder();
            hpack.Decode(
                Convert.FromHexString(hex.Replace(" ", "")),
                (name, value) => fields.Append(Encoding.ASCII.GetString([.. name, (byte)'=', .. value, (byte)'\n'])));
            return fields.ToString();
        }

        const string Same = "cache-control=private\ndate=Mon, 21 Oct 2013 20:13:21 GMT\n"
            + "location=https://www.example.com\n";
        Assert.That(
            Decode("4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d"
                + "29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3"),
            Is.EqualTo(":status=302\n" + Same));
        Assert.That(Decode("4883 640e ffc1 c0bf"), Is.EqualTo(":status=307\n" + Same));
        Assert.That(
            Decode("88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d"
                + "d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106"
                + "3d50 07"),
            Is.EqualTo(":status=200\n" + Same.Replace(":21 GMT", ":22 GMT")
                + "content-encoding=gzip\nset-cookie=foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\n"));
    }

    [TestCase("127.0.0.1:80", AddressFamily.InterNetwork)]
    [TestCase("localhost:80", AddressFamily.InterNetwork)]
    [TestCase("[::1]:80", AddressFamily.InterNetworkV6)]
    [TestCase("unix:/run/app.sock", AddressFamily.Unix)]
    [TestCase("unix:@app", AddressFamily.Unix)]
    public void Targets_are_read(string text, AddressFamily family) =>
        Assert.That(TargetParser.Parse(text)?.AddressFamily, Is.EqualTo(family));

    [TestCase("80")]
    [TestCase(":80")]
    [TestCase("127.0.0.1:99999")]
    [TestCase("unix:app")]
    [TestCase("unix:@")]
    public void Other_targets_are_refused(string text) => Assert.That(TargetParser.Parse(text), Is.Null);

    [TestCase(50, 5_000)]
    [TestCase(99, 9_900)]
    public void Quantiles_are_close(int percent, double milliseconds)
    {
        var histogram = new Histogram();
        for (var i = 1; i <= 10_000; i++)
            histogram.Record(i * 1000L);
        var counts = Histogram.NewCounts();
        histogram.AddTo(counts);
        Assert.That(Histogram.Quantile(counts, percent / 100.0), Is.EqualTo(milliseconds).Within(1.7).Percent);
    }

    private static BodyDecoder BeginChunked()
    {
        var head = new ResponseHead(new ReleaseTable());
        Http1Parser.TryParse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8, head, out _);
        var body = new BodyDecoder();
        body.Begin(head);
        return body;
    }
}
