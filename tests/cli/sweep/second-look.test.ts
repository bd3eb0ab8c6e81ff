/** `object-users sweep` while an `up` is at work: what it reads again right before it revokes, and what it then leaves. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { LASTS_MS } from "../../../cli/sweep/fresh";
import { openConnection } from "../../../provider/connection";
import type { Send } from "../../../provider/http/wire";
import { takeInventory } from "../../../provider/operator/inventory";
import { type Ending, overdue, sweepUser } from "../../../provider/operator/sweep";
import { admin } from "../../devserver/request";
import { type Deployment, keyInScene, openScene, type Scene } from "../scene";

const ANN = { uid: "ann", displayName: "Ann", gracePeriodSeconds: 60 };
const [OLD, CURRENT] = [keyInScene("prod", "User", "ann", "ann", "a"), keyInScene("prod", "User", "ann", "ann", "b")];

interface UserResource {
  urn: string;
  outputs: { keys: Record<string, unknown>[] } & Record<string, unknown>;
}

describe("object-users sweep, when state changes while it is at work", () => {
  let scene: Scene;
  let wrap: (send: Send) => Send;

  beforeEach(async () => {
    wrap = (send) => send;
    scene = await openScene((send) => (request, ms) => wrap(send)(request, ms));
    await rotated();
  });
  afterEach(() => scene.close());

  const sweep = (...args: string[]) => scene.run(["sweep", "--stack", "prod", ...args]);
  const keysOf = (uid: string) => [...(scene.gateway.user(uid)?.keys.keys() ?? [])].sort();
  const userOf = ({ resources }: Deployment) => resources[1] as unknown as UserResource;

  async function rotated(inputs: object = ANN, name = "ann"): Promise<void> {
    await scene.up("prod", name, { ...inputs, rotationId: "a" });
    await scene.up("prod", name, { ...inputs, rotationId: "b" });
    scene.world.advance(61);
    scene.gateway.requests.reset();
  }

  /** What an `up` does to state after sweep has looked at the user on the system. */
  function meanwhile(change: (deployment: Deployment) => void): void {
    let done = false;
    wrap = (send) => async (request, ms) => {
      const answer = await send(request, ms);
      if (!done && request.method === "GET") scene.exported("prod", change);
      done = true;
      return answer;
    };
  }

  const oldRecord = (deployment: Deployment, change: (record: Record<string, unknown>) => void) => {
    for (const record of userOf(deployment).outputs.keys) if (record.id === OLD) change(record);
  };

  it("leaves a key that an up published again after sweep had read the state", async () => {
    meanwhile((deployment) => {
      const { outputs } = userOf(deployment);
      const secretKey = scene.gateway.user("ann")?.keys.get(OLD);
      const keys = outputs.keys.map(({ retiredAt, expiresAt, ...record }) =>
        record.id === OLD
          ? record
          : { ...record, retiredAt: "2030-01-01T00:01:01Z", expiresAt: "2030-01-01T00:02:01Z" },
      );
      Object.assign(outputs, { keyId: OLD, accessKey: OLD, secretKey, keys });
    });
    const { code, out, said } = await sweep();
    assert.deepEqual([code, out], [1, `prod ann: key ${OLD} is left: it is the current key again`], said);
    assert.deepEqual(keysOf("ann"), [OLD, CURRENT].sort());
  });

  for (const [title, change, why] of [
    [
      "is not retired any more",
      (deployment: Deployment) =>
        oldRecord(deployment, (record) => {
          delete record.retiredAt;
          delete record.expiresAt;
        }),
      "it is not retired any more",
    ],
    [
      "has another deadline",
      (deployment: Deployment) =>
        oldRecord(deployment, (record) => {
          record.expiresAt = "2040-01-01T00:00:00.000Z";
        }),
      "it has another deadline now",
    ],
    [
      "is not in state any more",
      (deployment: Deployment) => {
        const { outputs } = userOf(deployment);
        outputs.keys = outputs.keys.filter(({ id }) => id !== OLD);
      },
      "state does not have the key any more",
    ],
    [
      "belongs to a resource that is pending",
      (deployment: Deployment) => {
        deployment.pending_operations.push({ resource: userOf(deployment), type: "updating" });
      },
      "an up is in progress",
    ],
    [
      "belongs to a resource that is gone",
      (deployment: Deployment) => {
        deployment.resources.splice(1);
      },
      "the stack's state does not have it any more",
    ],
    [
      "belongs to a resource that is being replaced",
      (deployment: Deployment) => {
        deployment.resources[1] = { ...deployment.resources[1], delete: true };
      },
      "the stack's state does not have it any more",
    ],
    [
      "belongs to a resource that a later release has written",
      (deployment: Deployment) => {
        userOf(deployment).outputs = { ...userOf(deployment).outputs, schemaVersion: 99 };
      },
      "its state cannot be read any more",
    ],
    [
      "is published by another resource now",
      (deployment: Deployment) => {
        const ann = userOf(deployment);
        const outputs = { ...ann.outputs, keyId: OLD, accessKey: OLD };
        // By another provider, which may lead to the same system.
        deployment.resources.push({ ...ann, urn: `${ann.urn}-twin`, provider: "urn:other::x", outputs });
      },
      "another resource of the stack publishes it",
    ],
    [
      "is next to another current key",
      (deployment: Deployment) => {
        Object.assign(userOf(deployment).outputs, { keyId: "NEWKEY", accessKey: "NEWKEY" });
      },
      "another key is current now",
    ],
  ] as const) {
    it(`leaves a key that ${title}`, async () => {
      meanwhile(change);
      const { code, out, said } = await sweep();
      assert.deepEqual([code, out], [1, `prod ann: key ${OLD} is left: ${why}`], said);
      assert.equal(scene.gateway.requests.count("DELETE user?key"), 0);
    });
  }

  it("revokes nothing more in a stack that cannot be read again, and does the next one", async () => {
    await rotated({ ...ANN, uid: "bob" }, "bob");
    await scene.up("other", "eve", { uid: "eve", displayName: "Eve", gracePeriodSeconds: 60, rotationId: "a" });
    await scene.up("other", "eve", { uid: "eve", displayName: "Eve", gracePeriodSeconds: 60, rotationId: "b" });
    scene.world.advance(61);
    meanwhile((deployment) => {
      deployment.resources = "cut off" as never;
    });
    const { code, out, said } = await scene.run(["sweep", "--stack", "prod", "other"]);
    assert.equal(code, 3);
    assert.match(
      said,
      /failed: prod: nothing more is revoked, because the stack cannot be read again: its exported state .* \(users left: 2\)/,
    );
    assert.match(
      out,
      new RegExp(`^other eve: key ${keyInScene("other", "User", "eve", "eve", "a")} revoked and refused by S3`),
    );
    assert.deepEqual([keysOf("ann").length, keysOf("bob").length, keysOf("eve").length], [2, 2, 1]);
  });

  it("reads a stack once for many revocations, and again after some seconds", async () => {
    for (let index = 0; index < 20; index++) await rotated({ ...ANN, uid: `u${index}` }, `u${index}`);
    const before = scene.reads();
    assert.equal((await sweep()).code, 0);
    assert.equal(scene.reads() - before, 2);

    for (let index = 0; index < 3; index++) await rotated({ ...ANN, uid: `v${index}` }, `v${index}`);
    let revoked = 0;
    wrap = (send) => async (request, ms) => {
      // The third waits until the others are revoked, and some seconds longer.
      if (request.method === "GET" && request.url.search.includes("uid=v2")) {
        while (revoked < 2) await new Promise(setImmediate);
        scene.world.advance(LASTS_MS / 1000);
        const ofV2 = ({ resources }: Deployment) =>
          resources.find(({ urn }) => String(urn).endsWith("::v2")) as unknown as UserResource;
        scene.exported("prod", (deployment) => {
          deployment.pending_operations.push({ resource: ofV2(deployment), type: "updating" });
        });
      }
      const answer = await send(request, ms);
      if (request.method === "DELETE") revoked++;
      return answer;
    };
    const again = scene.reads();
    const { out } = await sweep();
    assert.match(out, /v2: key \w+ is left: an up is in progress/);
    assert.equal(scene.reads() - again, 3);
  });

  it("leaves a key whose secret on the system is not the one that state knows", async () => {
    const made = admin(scene.gateway, `PUT user?key&uid=ann&access-key=${OLD}&secret-key=x`, scene.world.now());
    assert.equal(scene.gateway.handle(made).status, 200);
    const { code, out } = await sweep();
    assert.equal(code, 1);
    assert.match(out, /is left: the secret that the system has for it is not the one that state knows/);
    assert.equal(scene.gateway.user("ann")?.keys.get(OLD), "x");
  });

  it("leaves the key of a user whose keys the system does not show: the current one may be gone", async () => {
    const exported = JSON.parse(readFileSync(path.join(scene.directory, "prod.json"), "utf8"));
    const { users, connections } = takeInventory(exported);
    const [user] = users;
    const config = connections.get(user?.connection ?? "");
    assert.ok(user && config);
    const opened = openConnection(user.backend, config, scene.world, () => {});
    const find: typeof opened.api.find = async (ref) => {
      const { keys: _, ...live } = (await opened.api.find(ref)) ?? assert.fail("it is there");
      return live;
    };
    const endings: Ending[] = [];
    const options = { dryRun: false, objection: async () => undefined };
    const api = { ...opened.api, find };
    await sweepUser(user, overdue(user, scene.world.now()), { ...opened, api }, options, (each) => endings.push(each));
    assert.match(endings[0]?.why ?? "", /the system does not show its keys/);
    assert.deepEqual(keysOf("ann"), [OLD, CURRENT].sort());
  });

  it("leaves the key with which the provider itself signs in", async () => {
    scene.exported("prod", ({ resources }) => {
      const [provider] = resources as { inputs: object }[];
      const secretKey = scene.gateway.user("ann")?.keys.get(OLD);
      Object.assign(provider?.inputs ?? {}, { "rgw:accessKey": OLD, "rgw:secretKey": secretKey });
    });
    const caps = admin(scene.gateway, "PUT user?caps&uid=ann&user-caps=users=*", scene.world.now());
    assert.equal(scene.gateway.handle(caps).status, 200);
    const { code, out, said } = await sweep();
    assert.equal(code, 1, said);
    assert.match(out, /is left: the provider itself signs in with it: give it the current key first/);
    assert.ok(keysOf("ann").includes(OLD));
  });

  it("reads the state of a dry run once only", async () => {
    const before = scene.reads();
    assert.equal((await sweep("--dry-run")).code, 1);
    assert.equal(scene.reads() - before, 1);
  });
});
