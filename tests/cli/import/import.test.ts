/** `object-users import`: what it writes, which users it leaves, and what it refuses, on the servers of reference. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CegedimServer } from "../../../devserver/cegedim/server";
import { EcsServer } from "../../../devserver/ecs/server";
import { Gateway } from "../../../devserver/rgw/gateway";
import { type Exchanger, type Served, serve } from "../../../devserver/rgw/serve";
import { provider } from "../../../provider";
import { world as realWorld } from "../../../provider/world";
import { admin } from "../../devserver/request";
import { type Ran, runWith } from "../scene";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

describe("object-users import", () => {
  let directory: string;
  let served: Served;
  let gateway: Gateway;
  const out = () => path.join(directory, "import.json");
  const program = () => path.join(directory, "users.ts");

  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "object-users-import-"));
    gateway = new Gateway();
    served = await serve(gateway);
  });
  afterEach(async () => {
    rmSync(directory, { recursive: true, force: true });
    await served.close();
  });

  const importing = (kind: string, environment: Record<string, string>, args: readonly string[]): Promise<Ran> => {
    const files = ["--out", out(), "--program", program()];
    return runWith(["import", kind, ...files, ...args], { ...realWorld, environment, log: () => {} }, directory);
  };
  const ofGateway = (kind: string, args: readonly string[]) => {
    const { accessKey, secretKey } = gateway.admin;
    const environment = { RADOSGW_ENDPOINT: served.url, RADOSGW_ACCESS_KEY: accessKey, RADOSGW_SECRET_KEY: secretKey };
    return importing(kind, environment, args);
  };
  const fromGateway = (...args: string[]) => ofGateway("rgw", args);
  const serveOther = async (server: Exchanger) => {
    await served.close();
    served = await serve(server);
  };
  const make = (...whats: string[]) => {
    for (const what of whats) assert.equal(gateway.handle(admin(gateway, what)).status, 200, what);
    gateway.requests.reset();
  };
  const resources = () => JSON.parse(readFileSync(out(), "utf8")).resources as Resource[];

  interface Resource {
    name: string;
    id: string;
    inputs: Record<string, unknown>;
    outputs: Record<string, unknown>;
  }

  /** What the engine would ask after `pulumi import`: whether the program's inputs differ from what state has. */
  async function changes(kind: string, settings: Record<string, string>, { id, inputs, outputs }: Resource) {
    const asked = provider(kind, 1);
    await asked.configure({ config: { get: (key) => settings[key] } });
    const checked = await asked.check({}, inputs);
    assert.deepEqual(checked.failures, []);
    const plain = (value: unknown) => {
      const marked = value as { plaintext?: string } | undefined;
      return marked !== null && typeof marked === "object" && SIGNATURE in marked
        ? JSON.parse(marked.plaintext ?? "")
        : value;
    };
    const olds = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, plain(value)]));
    const { changes, replaces } = await asked.diff(id, olds, checked.inputs);
    return changes === true || replaces.length > 0;
  }

  it("moves single keys of users that others manage, each as a key of its own", async () => {
    make(
      "PUT user?uid=rook&display-name=Rook&access-key=ROOK1&secret-key=the-first-secret-of-rook",
      "PUT user?key&uid=rook&access-key=ROOK2&secret-key=the-second-secret-of-rook",
      "PUT user?uid=eve&tenant=red&display-name=Eve&generate-key=false",
    );
    const { code, out: said } = await ofGateway("rgw.accessKey", ["--filter", "*"]);
    assert.equal(code, 0, said);
    const text = readFileSync(program(), "utf8");
    assert.match(text, /import \{ rgw \} from "pulumi-object-users";/);
    assert.match(text, /new rgw\.AccessKey\("[^"]+", \{ userId: "rook", accessKey: "ROOK1" \}\)/);
    const found = resources().map(({ id, outputs }) => [id, outputs.accessKey]);
    assert.deepEqual(found, [
      ["rook", "ROOK1"],
      ["rook", "ROOK2"],
    ]);
    const { accessKey, secretKey } = gateway.admin;
    const settings = { "rgw:endpoint": served.url, "rgw:accessKey": accessKey, "rgw:secretKey": secretKey };
    for (const resource of resources()) assert.equal(await changes("rgw.accessKey", settings, resource), false);
    const fleet = await ofGateway("rgw.accessKey", ["--filter", "*", "--fleet", "keys", "--force"]);
    assert.equal(fleet.code, 3);
    assert.match(
      fleet.said,
      /not imported: rook-ROOK2: a fleet has one key of each user, and "rook-ROOK1" is of the same/,
    );
    const [member] = resources();
    assert.equal(await changes("rgw.accessKey/fleet", settings, member ?? assert.fail()), false);
  });

  it("moves subusers with the key of theirs that is there, and leaves those that no input can declare", async () => {
    make(
      "PUT user?uid=media&display-name=Media&access-key=OWN&secret-key=the-secret-of-media",
      "PUT user?uid=media&subuser=reader&access=read&key-type=s3&access-key=READER&secret-key=the-secret-of-reader",
      "PUT user?uid=media&subuser=legacy&access=full",
      "PUT user?uid=media&subuser=nothing&key-type=s3&access-key=NOTHING",
    );
    const { code, said } = await ofGateway("rgw.subuser", []);
    assert.equal(code, 3, said);
    assert.match(said, /not imported: media:nothing: .*access/);
    const text = readFileSync(program(), "utf8").replace(/\s+/g, " ");
    const swift =
      'new rgw.Subuser("media-legacy", { user: "media", name: "legacy", keyType: "swift", access: "full", })';
    const s3 = 'new rgw.Subuser("media-reader", { user: "media", name: "reader", access: "read", })';
    for (const declared of [swift, s3]) assert.ok(text.includes(declared), text);
    const found = resources().map(({ id, outputs }) => [id, outputs.accessKey]);
    assert.deepEqual(found, [
      ["media:legacy", "media:legacy"],
      ["media:reader", "READER"],
    ]);
    assert.equal(gateway.requests.writes(), 0);
    const { accessKey, secretKey } = gateway.admin;
    const settings = { "rgw:endpoint": served.url, "rgw:accessKey": accessKey, "rgw:secretKey": secretKey };
    for (const resource of resources()) assert.equal(await changes("rgw.subuser", settings, resource), false);
  });

  it("moves accounts, which have no keys and no fleets, and names the right that is missing", async () => {
    make(
      "PUT user?caps&uid=admin&user-caps=accounts=*",
      "POST account?name=media&max-users=9&email=ops@x.org&id=RGW00000000000000001",
      "POST account?name=film&tenant=t1&id=RGW00000000000000002",
    );
    const { code, said } = await ofGateway("rgw.account", []);
    assert.equal(code, 0, said);
    const text = readFileSync(program(), "utf8").replace(/\s+/g, " ");
    assert.match(
      text,
      /media: new rgw\.Account\("media", \{ name: "media", maxUsers: 9, email: "ops@x\.org", accountId: "RGW0+1",? \}\)/,
    );
    assert.match(
      text,
      /"t1-film": new rgw\.Account\("t1-film", \{ tenant: "t1", name: "film", accountId: "RGW0+2",? \}\)/,
    );
    const found = resources().map(({ id, outputs }) => [id, outputs.accessKey, outputs.maxUsers]);
    assert.deepEqual(found, [
      ["RGW00000000000000001", undefined, 9],
      ["RGW00000000000000002", undefined, 1000],
    ]);
    assert.equal(gateway.requests.writes(), 0);
    const { accessKey, secretKey } = gateway.admin;
    const settings = { "rgw:endpoint": served.url, "rgw:accessKey": accessKey, "rgw:secretKey": secretKey };
    for (const resource of resources()) assert.equal(await changes("rgw.account", settings, resource), false);
    const fleet = await ofGateway("rgw.account", ["--force", "--fleet", "all"]);
    assert.equal(fleet.code, 2);
    assert.match(fleet.said, /there are no fleets of rgw\.Account/);
    make("DELETE user?caps&uid=admin&user-caps=metadata=*");
    assert.match(
      (await ofGateway("rgw.account", ["--force"])).said,
      /lacks the capability metadata.*--caps="metadata=read"/,
    );
  });

  it("declares what must be, and what is not the default", async () => {
    make(
      "PUT user?uid=plain&display-name=Plain",
      "PUT user?uid=rich&tenant=t1&display-name=Rich&email=r@x.org&max-buckets=-1&user-caps=users=read&suspended=1",
    );
    const { code, said } = await fromGateway();
    assert.equal(code, 0, said);
    assert.equal(
      readFileSync(program(), "utf8").split("\n").slice(1).join("\n"),
      [
        'import { rgw } from "pulumi-object-users";',
        "",
        "export const users = {",
        '  plain: new rgw.User("plain", { uid: "plain", displayName: "Plain" }),',
        '  "t1-rich": new rgw.User("t1-rich", {',
        '    tenant: "t1",',
        '    uid: "rich",',
        '    displayName: "Rich",',
        '    email: "r@x.org",',
        "    suspended: true,",
        "    maxBuckets: -1,",
        '    caps: ["users=read"],',
        "  }),",
        "};",
        "",
      ].join("\n"),
    );
    const settings = { "rgw:endpoint": served.url, "rgw:accessKey": "x", "rgw:secretKey": "x" };
    for (const resource of resources()) assert.equal(await changes("rgw", settings, resource), false);
    assert.equal(gateway.requests.writes(), 0);
  });

  it("says commands that a shell takes as they are meant, whatever the files are called", async () => {
    make("PUT user?uid=red&display-name=Red");
    const file = path.join(directory, "it's; rm -rf $HOME.json");
    const { code, out: told } = await fromGateway("--out", file);
    assert.equal(code, 0);
    const [, command = ""] = told.split("\n").filter((line) => line.startsWith("  "));
    assert.equal(execFileSync("sh", ["-c", command.replace("rm ", "printf %s ")], { encoding: "utf8" }), file);
  });

  it("gives names that are valid and unique, in the order of the users", async () => {
    make(
      "PUT user?uid=a%20b&display-name=1",
      "PUT user?uid=a%252Bb&display-name=2",
      "PUT user?uid=%252B&display-name=3",
    );
    assert.equal((await fromGateway()).code, 0);
    assert.deepEqual(
      resources()
        .map(({ name, id }) => [name, id])
        .sort(),
      [
        ["a-b", "a b"],
        ["a-b-2", "a+b"],
        ["user", "+"],
      ],
    );
  });

  it("never takes the admin, and only those that a pattern picks", async () => {
    make(
      "PUT user?uid=team-1&display-name=1",
      "PUT user?uid=team-2&display-name=2",
      "PUT user?uid=other&display-name=3",
    );
    await fromGateway("--filter", "team-[!2]", "adm*");
    assert.deepEqual(
      resources().map(({ id }) => id),
      ["team-1"],
    );
    const none = await fromGateway("--filter", "admin", "--force");
    assert.equal(none.code, 1);
    assert.match(none.said, /nothing is written/);
  });

  it("finds one among very many, page by page", async () => {
    for (let index = 0; index < 1_500; index++) make(`PUT user?uid=crowd-${index}&display-name=C`);
    make("PUT user?uid=needle&display-name=N");
    assert.equal((await fromGateway("--filter", "needle")).code, 0);
    assert.deepEqual(
      resources().map(({ id }) => id),
      ["needle"],
    );
    assert.deepEqual([gateway.requests.count("GET user?list"), gateway.requests.count("GET user")], [2, 2]);
  });

  it("finds one among very many of ECS, page by page", async () => {
    const server = new EcsServer();
    await serveOther(server);
    for (let index = 0; index < 1_500; index++)
      server.meddle("POST /object/users", { user: `crowd-${index}`, namespace: "ns1" });
    server.meddle("POST /object/users", { user: "needle", namespace: "ns1" });
    server.meddle("POST /object/user-secret-keys/needle", { namespace: "ns1" });
    const settings = { ECS_ENDPOINT: served.url, ECS_S3_ENDPOINT: served.url, ECS_USERNAME: "root" };
    const environment = { ...settings, ECS_PASSWORD: "the-managers-own-password" };
    const { code, said } = await importing("ecs", environment, ["--input", "namespace=ns1", "--filter", "needle"]);
    assert.equal(code, 0, said);
    assert.equal(server.requests.count("GET users"), 2);
  });

  it("gives a rotationId that all share to nobody who has no key", async () => {
    make("PUT user?uid=red&display-name=Red", "PUT user?uid=none&display-name=None&generate-key=false");
    const { code, said } = await fromGateway("--input", "rotationId=q4", "--filter", "red", "none");
    assert.equal(code, 0, said);
    const inputs = Object.fromEntries(resources().map(({ id, inputs: { __provider: _, ...own } }) => [id, own]));
    assert.deepEqual(inputs, {
      red: { uid: "red", displayName: "Red", rotationId: "q4" },
      none: { uid: "none", displayName: "None", createKey: false },
    });
  });

  it("writes one fleet, with the inputs that all share as its defaults", async () => {
    make("PUT user?uid=red&display-name=Red", "PUT user?uid=blue&display-name=Blue");
    assert.equal((await fromGateway("--fleet", "teams", "--input", "gracePeriodSeconds=60")).code, 0);
    const text = readFileSync(program(), "utf8");
    assert.match(text, /new rgw\.Users\("teams", \{\n {2}defaults: \{ gracePeriodSeconds: 60 \},\n {2}users: \{/);
    assert.match(text, /blue: \{ uid: "blue", displayName: "Blue" \}/);
    const [fleet] = resources();
    assert.ok(fleet);
    const settings = { "rgw:endpoint": served.url, "rgw:accessKey": "x", "rgw:secretKey": "x" };
    assert.equal(await changes("rgw/fleet", settings, fleet), false);
  });

  it("lists those that cannot be, with the reason, and writes the others", async () => {
    make("PUT user?uid=good&display-name=Good", `PUT user?uid=${"x".repeat(256)}&display-name=Long`);
    make("PUT user?uid=dead&display-name=Dead&access-key=DEADKEY&secret-key=dead-secret");
    gateway.faults = (request, _sequence, kind) =>
      kind === "S3 ListBuckets" &&
      (request.headers.Authorization ?? request.headers.authorization ?? "").includes("DEADKEY")
        ? { kind: "answer", status: 403, code: "InvalidAccessKeyId" }
        : undefined;
    const { code, said } = await fromGateway();
    assert.equal(code, 3);
    assert.match(said, /not imported: dead: .*S3 refuses the key although the system has it/);
    assert.match(said, /not imported: x+: .*must have at most 255 characters/);
    assert.deepEqual(
      resources().map(({ id }) => id),
      ["good"],
    );
  }).timeout(30_000);

  it("writes the secrets for nobody else to read, and never over a file", async () => {
    make("PUT user?uid=ann&display-name=Ann");
    writeFileSync(out(), "mine", { mode: 0o644 });
    const refused = await fromGateway();
    assert.equal(refused.code, 2);
    assert.match(refused.said, /import\.json exists already.*--force/);
    assert.equal(gateway.requests.count(), 0);
    const { code, said, out: told } = await fromGateway("--force");
    assert.equal(code, 0);
    assert.equal(statSync(out()).mode & 0o777, 0o600);
    assert.match(said, /holds secret keys in clear: delete it/);
    const [secret = ""] = gateway.user("ann")?.keys.values() ?? [];
    assert.ok(readFileSync(out(), "utf8").includes(secret));
    assert.ok(!`${readFileSync(program(), "utf8")}${said}${told}`.includes(secret));
  });

  it("writes nothing after Ctrl-C", async () => {
    make("PUT user?uid=ann&display-name=Ann");
    const { accessKey, secretKey } = gateway.admin;
    const environment = { RADOSGW_ENDPOINT: served.url, RADOSGW_ACCESS_KEY: accessKey, RADOSGW_SECRET_KEY: secretKey };
    const world = { ...realWorld, environment, log: () => {} };
    const args = ["import", "rgw", "--out", out(), "--program", program()];
    const { code } = await runWith(args, world, directory, { interrupted: AbortSignal.abort() });
    assert.deepEqual([code, existsSync(out())], [130, false]);
  });

  it("takes no secret and no user's own setting on the command line", async () => {
    assert.match((await fromGateway("--set", "secretKey=hush")).said, /RADOSGW_SECRET_KEY/);
    assert.match((await fromGateway("--input", "secretKey=hush")).said, /is a secret/);
    assert.match((await fromGateway("--input", "uid=x")).said, /not an input that all users of rgw can share/);
    assert.match((await importing("gcs", {}, [])).said, /There is no kind "gcs"/);
  });

  it("says what is wrong with the connection", async () => {
    const { code, said } = await importing("rgw", { RADOSGW_ENDPOINT: served.url }, []);
    assert.equal(code, 2);
    assert.match(said, /accessKey is missing.*RADOSGW_ACCESS_KEY/);
  });

  it("moves users of ECS in, from the namespace that is given", async () => {
    const server = new EcsServer();
    await serveOther(server);
    for (const user of ["ann", "bob"]) {
      server.meddle("POST /object/users", { user, namespace: "ns1", tags: [{ name: "team", value: "red" }] });
      server.meddle(`POST /object/user-secret-keys/${user}`, { namespace: "ns1" });
    }
    const settings = { ECS_ENDPOINT: served.url, ECS_S3_ENDPOINT: served.url, ECS_USERNAME: "root" };
    const environment = { ...settings, ECS_PASSWORD: "the-managers-own-password" };
    assert.match((await importing("ecs", environment, [])).said, /give --input namespace=…/);
    const { code, said } = await importing("ecs", environment, ["--input", "namespace=ns1"]);
    assert.equal(code, 0, said);
    assert.deepEqual(
      resources().map(({ id }) => id),
      ["ann", "bob"],
    );
    const given = {
      "ecs:endpoint": served.url,
      "ecs:s3Endpoint": served.url,
      "ecs:username": "x",
      "ecs:password": "x",
    };
    for (const resource of resources()) assert.equal(await changes("ecs", given, resource), false);
  });

  it("moves users of cegedim.cloud in as they are: their secrets cannot be read", async () => {
    const server = new CegedimServer();
    await serveOther(server);
    const environment = {
      ITCARE_ENDPOINT: `${served.url}/itcare`,
      ITCARE_TOKEN_URL: `${served.url}/token`,
      ITCARE_CLIENT_ID: "cgdm-sa-test",
      ITCARE_CLIENT_SECRET: "the-clients-own-secret",
    };
    const { code, said } = await importing("cegedim", environment, ["--input", "objectStore=cos-acme-media"]);
    assert.equal(code, 0, said);
    const given = { "cegedim:endpoint": `${served.url}/itcare`, "cegedim:clientId": "x", "cegedim:clientSecret": "x" };
    for (const resource of resources()) assert.equal(await changes("cegedim", given, resource), false);
  });
});
