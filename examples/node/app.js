'use strict';

// An HTTP server on the first socket of the pool, descriptor 3, that tells which release answered.
const http = require('http');
const net = require('net');

const release = process.env.ZERG_RELEASE || 'none';
let draining = false;

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const wait = url.pathname === '/slow' ? Number(url.searchParams.get('ms') || 1000) : 0;
  setTimeout(() => {
    response.setHeader('X-Release', release);
    response.setHeader('Content-Type', 'text/plain');
    if (draining) response.setHeader('Connection', 'close');
    response.end(`release ${release}, pid ${process.pid}\n`);
  }, wait);
});

server.listen({ fd: 3 }, () => console.log(`listening, release ${release}`));

process.on('SIGTERM', () => {
  draining = true;
  const idle = Number(process.env.ZERG_DRAIN_IDLE || 10) * 1000;

  // http.Server's own close() cuts idle kept-alive connections at once, which races with the client's next request.
  // That of net.Server takes no new connection and waits for the open ones; the idle ones have their time.
  net.Server.prototype.close.call(server, () => process.exit(0));
  setTimeout(() => server.closeIdleConnections(), idle);
});
