/** `object-users check`: what it finds, right and wrong, on the embedded gateway and on servers that are none. */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createPlain, type Server } from "node:net";
import { Gateway } from "../../../devserver/rgw/gateway";
import { type Served, serve } from "../../../devserver/rgw/serve";
import { world as realWorld } from "../../../provider/world";
import { admin } from "../../devserver/request";
import { type Ran, runWith } from "../scene";

describe("object-users check rgw", () => {
  let gateway: Gateway;
  let served: Served;
  const servers: Server[] = [];

  beforeEach(async () => {
    gateway = new Gateway();
    served = await serve(gateway);
  });
  afterEach(async () => {
    await served.close();
    for (const server of servers.splice(0)) server.close();
  });

  const check = (settings: Record<string, string> = {}, ...args: string[]): Promise<Ran> => {
    const environment = {
      RADOSGW_ENDPOINT: served.url,
      RADOSGW_ACCESS_KEY: gateway.admin.accessKey,
      RADOSGW_SECRET_KEY: gateway.admin.secretKey,
      ...settings,
    };
    return runWith(["check", "rgw", ...args], { ...realWorld, environment, log: () => {} }, "/nowhere");
  };
  const listening = async (server: Server) => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const answering = (answer: RequestListener) => listening(createServer(answer));
  const withCaps = (caps: string) => {
    const what = `PUT user?uid=weak&display-name=Weak&access-key=WEAKKEY&secret-key=weak-secret&user-caps=${caps}`;
    assert.equal(gateway.handle(admin(gateway, what)).status, 200);
    return { RADOSGW_ACCESS_KEY: "WEAKKEY", RADOSGW_SECRET_KEY: "weak-secret" };
  };

  it("is content with a gateway that is well, and changes nothing", async () => {
    const { code, out, said } = await check();
    assert.equal(code, 0, out);
    for (const what of ["port", "clock", "credentials", "users=read", "users=write", "buckets=read", "s3"])
      assert.match(out, new RegExp(`ok +(endpoint )?${what}: `), out);
    assert.equal(said, "all is well");
    assert.equal(gateway.users().length, 0);
  });

  it("knows a wrong key and a wrong secret, and asks no further", async () => {
    const wrongKey = await check({ RADOSGW_ACCESS_KEY: "NOBODY" });
    assert.equal(wrongKey.code, 1);
    assert.match(
      wrongKey.out,
      /FAILED +credentials: the gateway does not know the admin's access key.*RADOSGW_ACCESS_KEY/,
    );
    assert.doesNotMatch(wrongKey.out, /users=write/);
    const wrongSecret = await check({ RADOSGW_SECRET_KEY: "not-this-one" });
    assert.match(wrongSecret.out, /FAILED +credentials: the admin's secret key is wrong/);
    assert.doesNotMatch(wrongSecret.out, /not-this-one/);
  });

  it("names each capability that is missing, with the command that gives it", async () => {
    const none = await check(withCaps("usage=read"));
    assert.equal(none.code, 1);
    assert.match(none.out, /FAILED +users=read: the admin user lacks a capability.*radosgw-admin caps add/);
    assert.match(none.out, /FAILED +users=write:/);
    assert.match(none.out, /warning +buckets=read:/);
  });

  it("knows an admin that is shown users without their keys", async () => {
    gateway.upgrade(20);
    const { code, out } = await check(withCaps("users=write;user-info-without-keys=read;buckets=read"));
    assert.equal(code, 1);
    assert.match(out, /ok +credentials:/);
    assert.match(
      out,
      /FAILED +users=read: the gateway shows users without their keys: .*\(200\).*Without it nothing works: radosgw-admin caps add/,
    );
    assert.match(out, /ok +users=write:/);
    assert.match(out, /ok +buckets=read:/);
  });

  it("names the right that only rate limits take, without a warning to those who have none", async () => {
    const lacking = await check();
    assert.match(
      lacking.out,
      /ok +ratelimit=\*: not granted, and needed only for rateLimit\. Give it with: radosgw-admin caps add --uid=ADMIN --caps="ratelimit=\*"/,
    );
    const half = await check(withCaps("users=*;buckets=read;ratelimit=read"));
    assert.match(half.out, /ok +ratelimit=\*: not granted/);
    assert.equal(gateway.handle(admin(gateway, "PUT user?caps&uid=weak&user-caps=ratelimit=*")).status, 200);
    const weak = { RADOSGW_ACCESS_KEY: "WEAKKEY", RADOSGW_SECRET_KEY: "weak-secret" };
    assert.match((await check(weak)).out, /ok +ratelimit=\*: granted/);
    gateway.upgrade(16);
    assert.doesNotMatch((await check()).out, /ratelimit/);
  });

  it("warns only, where a refusal could not name buckets", async () => {
    const { code, out, said } = await check(withCaps("users=*"));
    assert.equal(code, 0, out);
    assert.match(out, /warning +buckets=read: .*Without it a refusal to delete cannot name the buckets/);
    assert.equal(said, "0 failed, 1 warnings");
  });

  it("says what is missing when the settings are incomplete", async () => {
    const { code, out } = await check({ RADOSGW_ENDPOINT: "" });
    assert.equal(code, 1);
    assert.match(out, /FAILED +settings: endpoint is missing. .*RADOSGW_ENDPOINT/);
  });

  it("knows a name that is nobody's, and a port on which nothing listens", async () => {
    assert.match(
      (await check({ RADOSGW_ENDPOINT: "http://nowhere..invalid" })).out,
      /FAILED +endpoint name: .*is not known/,
    );
    await served.close();
    assert.match((await check()).out, /FAILED +endpoint port: 127\.0\.0\.1:\d+ refuses the connection/);
  });

  it("waits for a host that does not answer, but not for ever", async () => {
    const silent = await listening(createPlain(() => {}));
    const { code, out } = await check({ RADOSGW_ENDPOINT: silent });
    assert.equal(code, 1);
    assert.match(out, /FAILED +endpoint http: no answer: no answer within 5 s/);
  }).timeout(20_000);

  it("knows something that is not a gateway", async () => {
    const other = await answering((_request, response) => response.end("<html>hello</html>"));
    const { code, out } = await check({ RADOSGW_ENDPOINT: other });
    assert.equal(code, 1);
    assert.match(out, /FAILED +credentials: .*does not answer like a RADOS Gateway's Admin Ops API/);
  });

  it("knows something that is not S3", async () => {
    const other = await answering((_request, response) => response.end("<html>hello</html>"));
    const { code, out } = await check({}, "--set", `s3Endpoint=${other}`);
    assert.equal(code, 1);
    assert.match(out, /FAILED +s3: .*does not answer like S3/);
  });

  it("knows the S3 of another cluster", async () => {
    const another = await serve(new Gateway());
    const { out } = await check({}, "--set", `s3Endpoint=${another.url}`);
    await another.close();
    assert.match(out, /FAILED +s3: .*does not know the key that the admin API takes/);
  });

  for (const [seconds, verdict] of [
    [0, "ok"],
    [120, "warning"],
    [-120, "warning"],
    [1200, "FAILED"],
  ] as const) {
    it(`says "${verdict}" when the server's clock is ${seconds} s ahead`, async () => {
      const wrong = await answering((_request, response) => {
        response.setHeader("date", new Date(Date.now() + seconds * 1000).toUTCString()).end();
      });
      const { out } = await check({ RADOSGW_ENDPOINT: wrong });
      assert.match(
        out,
        new RegExp(
          `${verdict} +endpoint clock: the clocks differ by (${Math.abs(seconds)}|${Math.abs(seconds) - 1}|${Math.abs(seconds) + 1}|0) s`,
        ),
        out,
      );
    });
  }

  it("refuses a secret on the command line, naming the variable for it", async () => {
    const { code, said } = await check({}, "--set", "secretKey=top-secret");
    assert.equal(code, 2);
    assert.match(said, /secretKey is a secret.*RADOSGW_SECRET_KEY/);
    assert.doesNotMatch(said, /top-secret/);
    assert.equal((await check({}, "--set", "top-secret")).said.includes("top-secret"), false);
    assert.match((await check({}, "--set", "end=x")).said, /rgw has no setting "end"/);
  });

  it("writes JSON without a secret", async () => {
    const { code, out } = await check({}, "--json");
    assert.equal(code, 0);
    const { connections } = JSON.parse(out);
    assert.equal(connections[0].connection, "rgw");
    assert.ok(connections[0].findings.every(({ verdict }: { verdict: string }) => verdict === "ok"));
    assert.ok(!out.includes(gateway.admin.secretKey));
  });
});
