namespace Zerg.Tests.Launching;

/// <summary>Small workers for the launcher to run, in Python.</summary>
internal static class WorkerScripts
{
    /// <summary>
    /// An event loop that accepts on, after SIGTERM too, until it has answered somebody and for a while more, and says
    /// how often it did.
    /// </summary>
    public const string Greedy = """
        import asyncio, signal, socket
        count = 0
        async def serve(reader, writer):
            global count
            count += 1
            print('accepted', count, flush=True)
            await reader.readline()
            writer.write(b'served\n')
            await writer.drain()
            writer.close()
            answered.set()
        async def main():
            global answered
            answered = asyncio.Event()
            server = await asyncio.start_server(serve, sock=socket.socket(fileno=3))
            told = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
            print('serving', flush=True)
            await told.wait()
            print('told', flush=True)
            await answered.wait()
            await asyncio.sleep(0.7)
            print('accepted in all', count, flush=True)
        asyncio.run(main())
        """;

    /// <summary>
    /// Answers every connection on descriptor 3 with its pid; SIGTERM ends it between two requests. It notifies when
    /// it is ready for both.
    /// </summary>
    public const string Server = """
        import os, signal, socket, sys, threading
        listener = socket.socket(fileno=3)
        listener.setblocking(True)
        signal.signal(signal.SIGTERM, lambda *_: stop())
        def stop():
            global stopping
            stopping = True
            os.write(wake, b'x')
        stopping = False
        idle, wake = os.pipe()
        import select
        if 'NOTIFY_SOCKET' in os.environ:
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])
        print('serving', flush=True)
        while not stopping:
            ready, _, _ = select.select([3, idle], [], [])
            if stopping or 3 not in ready: continue
            listener.setblocking(False)
            try: connection, _ = listener.accept()
            except BlockingIOError: continue
            connection.setblocking(True)
            request = b''
            while b'\r\n\r\n' not in request: request += connection.recv(4096)
            body = str(os.getpid()).encode()
            connection.sendall(b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n' % len(body) + body)
            connection.close()
        print('stopped', flush=True)
        """;

    /// <summary>Tells the service manager what its arguments say, then waits.</summary>
    public const string Notifier = """
        import os, socket, sys, time
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        def tell(text): s.sendto(text.encode(), os.environ['NOTIFY_SOCKET'])
        for text in sys.argv[1:]: tell(text)
        print('told by', os.getpid(), flush=True)
        time.sleep(600)
        """;

    /// <summary>Sleeps, deaf to SIGTERM.</summary>
    public const string Deaf = """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print('deaf', flush=True)
        time.sleep(600)
        """;
}
