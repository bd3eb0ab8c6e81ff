/** The production transport on real sockets: what it sends, and every way in which no whole answer comes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeSend, TransportError, type TransportOptions } from "../../../provider/http/send";
import { needOpenssl } from "../../real/needs";

const OPTIONS: TransportOptions = { maxConcurrency: 4 };
const CUT_MS = 60;

describe("nodeSend", () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  /** Listens on loopback and gives the address. */
  async function listen(server: Server, scheme = "http", host = "127.0.0.1"): Promise<string> {
    server.on("connection", (socket) => sockets.add(socket));
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `${scheme}://${host}:${(server.address() as AddressInfo).port}`;
  }

  const get = (base: string, options = OPTIONS, path = "/", timeoutMs = 5000) =>
    nodeSend(options)({ method: "GET", url: new URL(path, base), headers: { "x-mine": "yes" } }, timeoutMs);

  /** A server that does this with a connection once the request is there. */
  const raw = (act: (socket: Socket) => void) =>
    listen(createServer((socket) => socket.on("error", () => {}).once("data", () => act(socket))));

  it("sends method, path, query, headers and body as they are", async () => {
    let seen: unknown;
    const base = await listen(
      http.createServer((request, response) => {
        let body = "";
        request.on("data", (part) => {
          body += String(part);
        });
        request.on("end", () => {
          seen = [request.method, request.url, request.headers["x-mine"], request.headers["content-length"], body];
          response.end("done");
        });
      }),
    );
    const url = new URL(`${base}/a%20b?c=d%2Fe&key&x=%21`);
    const answer = await nodeSend(OPTIONS)({ method: "PUT", url, headers: { "x-mine": "yes" }, body: "häh" }, 5000);
    assert.deepEqual(seen, ["PUT", "/a%20b?c=d%2Fe&key&x=%21", "yes", "4", "häh"]);
    assert.deepEqual([answer.status, answer.body], [200, "done"]);
  });

  it("gives status, headers in lower case, repeated ones joined, and the whole body", async () => {
    const base = await listen(
      http.createServer((_request, response) => {
        response.writeHead(418, { "X-One": "1", "Set-Cookie": ["a", "b"] });
        response.write("über");
        response.end("all");
      }),
    );
    const { status, headers, body } = await get(base);
    assert.deepEqual([status, headers["x-one"], headers["set-cookie"], body], [418, "1", "a, b", "überall"]);
  });

  it("does not follow redirects", async () => {
    const base = await listen(
      http.createServer((_q, response) => response.writeHead(302, { location: "/elsewhere" }).end()),
    );
    assert.equal((await get(base)).status, 302);
  });

  it("keeps connections, and opens no more than it may", async () => {
    let open = 0;
    const server = http.createServer((_request, response) => setImmediate(() => response.end()));
    server.on("connection", () => open++);
    const base = await listen(server);
    const send = nodeSend({ maxConcurrency: 2 });
    const request = { method: "GET", url: new URL(base), headers: {} };
    await Promise.all(Array.from({ length: 20 }, () => send(request, 5000)));
    assert.equal(open, 2);
  });

  const losses: readonly [what: string, act: (socket: Socket) => void, code: RegExp][] = [
    ["cut before any answer", (socket) => socket.destroy(), /^ECONNRESET$/],
    ["reset before any answer", (socket) => socket.resetAndDestroy(), /^ECONNRESET$/],
    ["closed before any answer", (socket) => socket.end(), /^ECONNRESET$/],
    ["cut within the head", (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-"), /^(ECONNRESET|HPE_\w+)$/],
    ["cut within the body", (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), /^ECONNRESET$/],
    [
      "cut within a chunk",
      (socket) => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"),
      /^ECONNRESET$/,
    ],
    ["not HTTP at all", (socket) => socket.end("SSH-2.0-OpenSSH\r\n"), /^HPE_/],
    ["a hang", () => {}, /^ETIMEDOUT$/],
    [
      "a hang within the body",
      (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
      /^ETIMEDOUT$/,
    ],
  ];
  for (const [what, act, code] of losses) {
    it(`${what}: may have been acted on`, async () => {
      const base = await raw(act);
      await assert.rejects(get(base, OPTIONS, "/", code.test("ETIMEDOUT") ? CUT_MS : 5000), (error) => {
        assert.ok(error instanceof TransportError, String(error));
        assert.match(error.code, code);
        assert.equal(error.sent, true);
        return true;
      });
    });
  }

  it("an answer that is too large is refused", async () => {
    const part = Buffer.alloc(8 * 1024 * 1024);
    const base = await listen(
      http.createServer((_request, response) => {
        const more = () => response.write(part, (error) => error ?? more());
        more();
      }),
    );
    await assert.rejects(get(base), { name: "TransportError", code: "EMSGSIZE", sent: true });
  });

  it("a port where nothing listens was not sent anything", async () => {
    const server = createServer();
    const base = await listen(server);
    server.close();
    await once(server, "close");
    await assert.rejects(get(base), { name: "TransportError", code: "ECONNREFUSED", sent: false });
  });

  it("a host that does not exist was not sent anything", async () => {
    await assert.rejects(get("http://no-such-host.invalid"), (error) => {
      assert.ok(error instanceof TransportError);
      assert.match(error.code, /^(ENOTFOUND|EAI_AGAIN)$/);
      assert.equal(error.sent, false);
      return true;
    });
  });

  describe("over TLS", () => {
    let directory: string;
    let cert: string;
    let key: string;
    before(function () {
      needOpenssl(this);
      directory = mkdtempSync(join(tmpdir(), "object-users-tls-"));
      const [keyFile, certFile] = [join(directory, "key.pem"), join(directory, "cert.pem")];
      const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
      const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
      const files = ["-keyout", keyFile, "-out", certFile];
      execFileSync("openssl", ["req", "-x509", ...curve, "-days", "2", ...subject, ...files], { stdio: "ignore" });
      [cert, key] = [readFileSync(certFile, "utf8"), readFileSync(keyFile, "utf8")];
    });
    after(() => directory && rmSync(directory, { recursive: true, force: true }));

    const secure = (host = "localhost") =>
      listen(
        https.createServer({ cert, key }, (_request, response) => response.end("safe")),
        "https",
        host,
      );

    it("does not trust a certificate that nobody vouches for", async () => {
      await assert.rejects(get(await secure()), { code: "DEPTH_ZERO_SELF_SIGNED_CERT", sent: false });
    });
    it("trusts it with caCertificate", async () => {
      assert.equal((await get(await secure(), { ...OPTIONS, caCertificate: cert })).body, "safe");
    });
    it("but not for another host name", async () => {
      const base = await secure("127.0.0.1");
      await assert.rejects(get(base, { ...OPTIONS, caCertificate: cert }), {
        code: "ERR_TLS_CERT_ALTNAME_INVALID",
        sent: false,
      });
    });
    it("trusts anything with insecure", async () => {
      assert.equal((await get(await secure("127.0.0.1"), { ...OPTIONS, insecure: true })).body, "safe");
    });
    it("says so where the server does not speak it", async () => {
      const plain = await listen(
        http.createServer((_request, response) => response.end()),
        "https",
      );
      await assert.rejects(get(plain), (error) => {
        assert.ok(error instanceof TransportError);
        assert.match(error.code, /EPROTO|ERR_SSL_/);
        assert.equal(error.sent, false);
        return true;
      });
    });
  });
});
