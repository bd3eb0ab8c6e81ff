/** openstack.AccessKey keeps the contract: by an ordinary member of a project, on a real Keystone with a real S3 gateway. */
import assert from "node:assert/strict";
import { accessKey } from "../../provider/backends/openstack/access-key";
import { nodeSend } from "../../provider/http/send";
import type { Adapter, System } from "../backends/adapter";
import { contract } from "../backends/contract";
import { openStack } from "../backends/stack";
import { memberOf, PASSWORD, projectId, type Store, storeFor } from "./store";

let members = 0;

/** A system of which one member of the project "media" is logged in. */
interface Membership extends System {
  readonly userId: string;
}

describe("openstack.AccessKey", () => {
  let store: Store;
  before(async function () {
    store = await storeFor(this);
  });

  const adapter: Adapter<Membership> = {
    backend: accessKey as Adapter["backend"],
    on: "a real Keystone",
    isReal: true,
    // A login has one user; fleets of keys are told on Ceph.
    shapes: ["a single user"],
    user: () => ({}),
    refused: { "openstack:password": "wrong-Passw0rd" },
    async open() {
      const name = `member-${process.pid}-${++members}`;
      const userId = await memberOf(store, name, "media", "archive");
      const ec2 = `/users/${userId}/credentials/OS-EC2`;
      const make = async () => {
        const { body } = await store.ask("POST", ec2, { tenant_id: await projectId(store, "media") });
        return { accessKey: body.credential.access, secretKey: body.credential.secret };
      };
      const theirs = (await make()).accessKey;
      const ours = async () => (await store.keysOf(userId)).filter((id) => id !== theirs).length;
      return {
        userId,
        openTransport: nodeSend,
        config: {
          "openstack:authUrl": store.keystone.authUrl,
          "openstack:username": name,
          "openstack:password": PASSWORD,
          "openstack:projectName": "media",
          "openstack:s3Endpoint": store.s3Endpoint,
        },
        secrets: [PASSWORD],
        count: async () => ((await ours()) > 0 ? 1 : 0),
        keys: ours,
        look: () => undefined,
        s3: (key) => store.s3(key),
        make: () => undefined,
        change: () => undefined,
        remove: () => store.ask("DELETE", `/users/${userId}`),
        addKey: make,
        endKey: (_name, key) => store.ask("DELETE", `${ec2}/${key.accessKey}`),
      };
    },
  };
  contract(adapter);

  describe("of a member", function () {
    this.timeout(120_000);

    it("opens the project of the login, or another one that it names, by a key of its own", async () => {
      const { up, key, engine, system } = await openStack(adapter);
      await up();
      const first = key();
      for (const place of [{ project: "archive" }, { projectId: await projectId(store, "archive") }]) {
        const before = key();
        assert.equal(await engine.up(place), "replaced");
        assert.equal(await store.s3(key()), "200");
        assert.match(await store.s3(before), /^403/);
      }
      const { body } = await store.ask("GET", `/users/${system.userId}/credentials/OS-EC2`);
      const projects = body.credentials.map(({ tenant_id }: { tenant_id: string }) => tenant_id);
      assert.deepEqual(
        projects.sort(),
        [await projectId(store, "archive"), await projectId(store, "media")].sort(),
        "its own key, and one that somebody else made",
      );
      assert.match(await store.s3(first), /^403/);
    });

    it("stays as it is when the login changes its project, and opens that one from the next rotation on", async () => {
      const stack = await openStack(adapter);
      await stack.up();
      const former = stack.key();
      await stack.restart({ "openstack:projectName": "archive" });
      await stack.engine.refresh();
      await stack.up();
      assert.deepEqual(stack.key(), former);
      await stack.up({ rotationId: "2" });
      for (const key of [former, stack.key()]) assert.equal(await store.s3(key), "200");
      const { body } = await store.ask(
        "GET",
        `/users/${stack.system.userId}/credentials/OS-EC2/${stack.key().accessKey}`,
      );
      assert.equal(body.credential.tenant_id, await projectId(store, "archive"));
    });

    it("has an access key and a secret of the program's own, and rotates away from them", async () => {
      const stack = await openStack(adapter);
      const own = { accessKey: `OWN${process.pid}`, secretKey: "a-secret-of-the-program" };
      await stack.up(own);
      assert.deepEqual(stack.key(), own);
      const next = { ...own, secretKey: "another-secret-of-the-program" };
      await stack.up(next);
      assert.deepEqual([await store.s3(stack.key()), stack.key()], ["200", next]);
      await stack.up({ rotationId: "1" });
      assert.equal(await store.s3(next), "200");
      await stack.engine.destroy();
      assert.match(await store.s3(next), /^403/);
    });

    it("says what an ordinary login may not: keys of another user, a project without a role", async () => {
      const stack = await openStack(adapter);
      const other = await memberOf(store, `other-${process.pid}`, "media");
      assert.match(await stack.fails({ userId: other }), /does not let this login touch S3 keys.*the user itself/);
      assert.equal(stack.engine.stored, undefined);
      assert.match(await stack.fails({ project: "admin" }), /the login has no role in a project of this name/);
      await stack.up();
      assert.equal(await stack.system.keys(""), 1);
    });

    it("is made for another user by an administrator", async () => {
      const { admin } = store.keystone;
      const login = { "openstack:username": admin.username, "openstack:password": admin.password };
      const stack = await openStack(adapter, { settings: login });
      const { userId } = stack.system;
      const place = { "openstack:projectName": admin.project };
      await stack.restart({ ...login, ...place });
      await stack.engine.up({ userId, project: undefined, projectId: await projectId(store, "media") });
      assert.equal(stack.outputs().userId, userId);
      assert.equal(await store.s3(stack.key()), "200");
    });

    describe("that S3 refuses", () => {
      const enable = (store: Store, what: "user" | "project", id: string, enabled: boolean) =>
        store.ask("PATCH", `/${what}s/${id}`, { [what]: { enabled } });
      const rows: readonly {
        readonly what: string;
        readonly says: RegExp;
        /** What a login with this project is told; Keystone answers the same to a wrong password. */
        readonly toItself: RegExp;
        spoil(store: Store, userId: string, project: string, isBack: boolean): Promise<unknown>;
      }[] = [
        {
          what: "as its user is disabled",
          says: /S3 refuses the key because user \w+ is disabled.*openstack user set --enable \w+\. Then run again/,
          toItself: /does not accept the login.*the same when the user or the project is disabled/,
          spoil: (store, userId, _project, isBack) => enable(store, "user", userId, isBack),
        },
        {
          what: "as its project is disabled",
          says: /S3 refuses the key because project "shut-\d+" is disabled.*openstack project set --enable/,
          toItself: /S3 refuses the key because project "shut-\d+" is disabled/,
          spoil: (store, _userId, project, isBack) => enable(store, "project", project, isBack),
        },
        {
          what: "as its user has no role in the project",
          says: /S3 refuses the key because user \w+ has no role in project \w+.*Give the user a role/,
          toItself: /S3 refuses the key because user \w+ has no role in project \w+/,
          spoil: async (store, userId, project, isBack) => {
            const [role] = (await store.ask("GET", "/roles?name=member")).body.roles;
            const path = `/projects/${project}/users/${userId}/roles/${role.id}`;
            return store.ask(isBack ? "PUT" : "DELETE", path);
          },
        },
      ];
      for (const [nth, { what, says, toItself, spoil }] of rows.entries())
        it(`${what}: the error says so, and the next up finishes when that is mended`, async () => {
          const { admin } = store.keystone;
          const project = { name: `shut-${process.pid}${nth}`, domain_id: "default" };
          const projectId = (await store.ask("POST", "/projects", { project })).body.project.id;
          const own = await openStack(adapter);
          const { userId } = own.system;
          await spoil(store, userId, projectId, false);
          if (nth < 2) await rows[2]?.spoil(store, userId, projectId, true);
          const login = { "openstack:username": admin.username, "openstack:password": admin.password };
          const settings = { ...login, "openstack:projectName": admin.project };
          const byAdmin = await openStack(adapter, { settings });
          assert.match(await byAdmin.fails({ userId, projectId }), says);
          assert.match(await own.fails({ projectId }), toItself);
          assert.equal(byAdmin.outputs().accessKey, undefined, "it is not published");
          await spoil(store, userId, projectId, true);
          for (const [stack, inputs] of [
            [byAdmin, { userId, projectId }],
            [own, { projectId }],
          ] as const) {
            await stack.restart();
            await stack.up(inputs);
            assert.equal(await store.s3(stack.key()), "200");
          }
        });
    });

    it("with an application credential is refused in one sentence, and nothing is made", async () => {
      const stack = await openStack(adapter);
      const { userId, config } = stack.system;
      const scope = { project: { id: await projectId(store, "media") } };
      const { token } = await store.logIn({ id: userId, password: PASSWORD }, scope);
      const answer = await fetch(`${store.keystone.authUrl}/users/${userId}/application_credentials`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-auth-token": token },
        body: JSON.stringify({ application_credential: { name: "deploy", unrestricted: true } }),
      });
      const { application_credential: made } = (await answer.json()) as {
        application_credential: { id: string; secret: string };
      };
      await stack.restart({
        ...Object.fromEntries(Object.keys(config).map((name) => [name, undefined])),
        "openstack:authUrl": config["openstack:authUrl"],
        "openstack:s3Endpoint": config["openstack:s3Endpoint"],
        "openstack:applicationCredentialId": made.id,
        "openstack:applicationCredentialSecret": made.secret,
      });
      assert.match(await stack.fails({}), /an application credential may not.*Log in with a username and a password/);
      assert.equal(await stack.system.keys(""), 0);
    });
  });
});
