// Answers each HTTP request for /NAME with how often NAME has been asked for, and keeps the
// connection. Prints "listening PORT" when it is ready.
const counts = new Map();
const server = require('http').createServer((request, response) => {
  const count = (counts.get(request.url) || 0) + 1;
  counts.set(request.url, count);
  response.end(request.url + ' ' + count + '\n');
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log('listening ' + server.address().port));
