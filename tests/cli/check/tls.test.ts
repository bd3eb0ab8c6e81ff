/** `object-users check`: certificates, good and bad, and http where https is meant. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { world as realWorld } from "../../../provider/world";
import { needOpenssl } from "../../real/needs";
import { type Ran, runWith } from "../scene";

describe("object-users check: certificates", () => {
  let directory: string;
  let close: () => void = () => {};

  before(function () {
    needOpenssl(this);
    directory = mkdtempSync(path.join(tmpdir(), "object-users-tls-"));
  });
  after(() => directory && rmSync(directory, { recursive: true, force: true }));
  afterEach(() => close());

  /** Serves a certificate that nobody but itself vouches for. Resolves to its PEM text and the port. */
  async function serveTls(days: number, name: string): Promise<{ cert: string; port: number }> {
    const [key, certificate] = [path.join(directory, "key.pem"), path.join(directory, "cert.pem")];
    const subject = ["-subj", "/CN=check", "-addext", `subjectAltName=${name}`];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", String(days)];
    execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", certificate, ...subject], {
      stdio: "ignore",
    });
    const cert = readFileSync(certificate, "utf8");
    const server = createServer({ key: readFileSync(key), cert }, (_request, response) => response.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    close = () => {
      server.closeAllConnections();
      server.close();
    };
    return { cert, port: (server.address() as AddressInfo).port };
  }
  const check = (endpoint: string, now = new Date(), ...args: string[]): Promise<Ran> => {
    const environment = { RADOSGW_ENDPOINT: endpoint, RADOSGW_ACCESS_KEY: "K", RADOSGW_SECRET_KEY: "s" };
    const world = { ...realWorld, environment, log: () => {}, now: () => now };
    return runWith(["check", "rgw", ...args], world, "/nowhere");
  };

  it("says until when a good one is valid, and goes on", async () => {
    const { cert, port } = await serveTls(90, "IP:127.0.0.1");
    const { out } = await check(`https://127.0.0.1:${port}`, new Date(), "--set", `caCertificate=${cert}`);
    const until = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
    assert.match(out, new RegExp(`ok +endpoint certificate: valid until ${until}`));
    assert.match(out, /FAILED +credentials: .*does not answer like a RADOS Gateway/);
  });

  it("warns of one that ends soon", async () => {
    const { cert, port } = await serveTls(5, "IP:127.0.0.1");
    const { out } = await check(`https://127.0.0.1:${port}`, new Date(), "--set", `caCertificate=${cert}`);
    assert.match(out, /warning +endpoint certificate: valid until .*, in [45] days\. Renew it before\./);
  });

  it("knows one that has ended", async () => {
    const { cert, port } = await serveTls(5, "IP:127.0.0.1");
    const later = new Date(Date.now() + 6 * 86_400_000);
    const { out } = await check(`https://127.0.0.1:${port}`, later, "--set", `caCertificate=${cert}`);
    assert.match(out, /FAILED +endpoint certificate: ended .*Renew it\./);
  });

  it("asks for caCertificate where the authority is not trusted, and looks no further", async () => {
    const { port } = await serveTls(90, "IP:127.0.0.1");
    const { code, out } = await check(`https://127.0.0.1:${port}`);
    assert.equal(code, 1);
    assert.match(out, /FAILED +endpoint certificate: is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).*caCertificate/);
    assert.doesNotMatch(out, /credentials/);
  });

  it("names the hosts that a certificate is for", async () => {
    const { cert, port } = await serveTls(90, "DNS:rgw.example.com");
    const { out } = await check(`https://127.0.0.1:${port}`, new Date(), "--set", `caCertificate=${cert}`);
    assert.match(out, /FAILED +endpoint certificate: is for DNS:rgw\.example\.com, not for 127\.0\.0\.1/);
  });

  it("warns of insecure, which looks at nothing", async () => {
    const { port } = await serveTls(90, "DNS:rgw.example.com");
    const { out } = await check(`https://127.0.0.1:${port}`, new Date(), "--set", "insecure=true");
    assert.match(out, /warning +endpoint certificate: .*not checked \(insecure\)/);
  });

  it("knows http where the server speaks TLS, and https where it does not", async () => {
    const { port } = await serveTls(90, "IP:127.0.0.1");
    assert.match((await check(`http://127.0.0.1:${port}`)).out, /FAILED +endpoint encryption: .*the server speaks TLS/);
    close();
    const plain = (await import("node:http")).createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    close = () => plain.close();
    const { out } = await check(`https://127.0.0.1:${(plain.address() as AddressInfo).port}`);
    assert.match(out, /FAILED +endpoint certificate: .*makes no TLS connection.*check https or http/);
  });
});
