/** Look-ups at the port: what programs read of users that they do not manage, on each system of reference. */
import assert from "node:assert/strict";
import { isObjectUserError } from "../../provider/errors";
import { type LookUps, openLookUps } from "../../provider/operator/look-up";
import type { Adapter } from "./adapter";
import { cegedimWith, STORE } from "./cegedim";
import { ecsWith } from "./ecs";
import { embedded, openRgw } from "./rgw";
import { openStack, type Stack } from "./stack";
import { settingOf } from "./stories/checks";

const systems: readonly [Adapter, place: Record<string, string>, which: (name: string) => Record<string, string>][] = [
  [embedded as Adapter, {}, (name) => ({ uid: name })],
  [ecsWith(), { namespace: "ns1" }, (name) => ({ userId: name, namespace: "ns1" })],
  [cegedimWith() as Adapter, { objectStore: STORE }, (name) => ({ objectStore: STORE, label: name })],
];

/** The look-ups of a stack's connection, and how many of their tasks for the end were done. */
function lookUpsOf({ adapter, system, world }: Stack) {
  const requests = { sent: 0 };
  const config = { get: (key: string) => system.config[key] };
  const openTransport: typeof system.openTransport = (options) => {
    const send = system.openTransport(options);
    return (request, timeoutMs) => {
      requests.sent += 1;
      return send(request, timeoutMs);
    };
  };
  const lookUps = openLookUps(adapter.backend, config, { ...world, openTransport });
  return { lookUps, requests };
}

async function refused(work: Promise<unknown>, code: "invalid" | "not-found" | "unauthorized"): Promise<string> {
  const error = await work.then(
    () => assert.fail("it is refused"),
    (reason: unknown) => reason,
  );
  assert.ok(isObjectUserError(error, code), String(error));
  return error.message;
}

for (const [adapter, place, which] of systems)
  describe(`look-ups of ${adapter.backend.resource}`, () => {
    let stack: Stack;
    let lookUps: LookUps;
    beforeEach(async () => {
      stack = await openStack(adapter);
      ({ lookUps } = lookUpsOf(stack));
    });

    it("show a user as it is, and no secret", async () => {
      const { name, first } = settingOf(adapter);
      const outputs = await stack.up({ rotationId: "1", [name]: first });
      const found = await lookUps.getUser(which("ann"), { withSecrets: false });
      assert.equal(found.userId, outputs.userId);
      for (const setting of adapter.backend.outputs) assert.deepEqual(found.fields[setting], outputs[setting], setting);
      if (found.keys)
        assert.deepEqual(
          found.keys.map(({ accessKey }) => accessKey),
          [outputs.accessKey],
        );
      assert.ok(!JSON.stringify(found).includes(String(outputs.secretKey)));
      assert.ok(!JSON.stringify(found.keys ?? []).includes('"secretKey"'));
    });

    it("show secrets where they are asked for and can be read", async () => {
      const { secretKey } = await stack.up({ rotationId: "1" });
      const { keys } = await lookUps.getUser(which("ann"), { withSecrets: true });
      const isShown = adapter.backend.capabilities.secretsReadable;
      assert.equal(keys?.[0]?.secretKey, isShown ? secretKey : undefined);
    });

    it("say that there is no such user, and what is wrong with the arguments", async () => {
      assert.match(
        await refused(lookUps.getUser(which("nobody"), { withSecrets: false }), "not-found"),
        /looking up user ".*nobody": there is no such user/,
      );
      const wrong = { ...which("ann"), colour: "red" };
      assert.match(
        await refused(lookUps.getUser(wrong, { withSecrets: false }), "invalid"),
        /colour is not an argument/,
      );
      assert.match(await refused(lookUps.getUser({}, { withSecrets: false }), "invalid"), /is required/);
    });

    it("list the users, each as the arguments of a look-up", async () => {
      await stack.up({ rotationId: "1" });
      const listed = await lookUps.listUsers(place);
      assert.deepEqual(
        listed.filter((one) => Object.values(one).includes("ann")),
        [which("ann")],
      );
    });

    it("change nothing, and leave nothing open on the system", async () => {
      await stack.up({ rotationId: "1" });
      await stack.engine.refresh();
      const before = JSON.stringify(stack.outputs());
      await Promise.all([lookUps.getUser(which("ann"), { withSecrets: true }), lookUps.listUsers(place)]);
      await stack.engine.refresh();
      assert.equal(JSON.stringify(stack.outputs()), before);
    });
  });

describe("look-ups of rgw.User in particular", () => {
  it("cost one request each, and a list one a page and one for whom it leaves out", async () => {
    const stack = await openRgw();
    await stack.up();
    const { lookUps, requests } = lookUpsOf(stack);
    await lookUps.getUser({ uid: "ann" }, { withSecrets: false });
    assert.equal(requests.sent, 1);
    await lookUps.listUsers({});
    assert.equal(requests.sent, 3);
  });

  it("find a tenant's user, a suspended one, and a disabled key", async () => {
    const stack = await openRgw();
    const made = await stack.up({ tenant: "acme", suspended: true });
    stack.meddle(`PUT user?key&uid=acme$ann&key-type=s3&access-key=${made.accessKey}&active=false&generate-key=false`);
    const { lookUps } = lookUpsOf(stack);
    const { userId, fields, keys, createdAt } = await lookUps.getUser(
      { uid: "ann", tenant: "acme" },
      { withSecrets: false },
    );
    assert.deepEqual([userId, fields.suspended, fields.subusers], ["acme$ann", true, []]);
    assert.deepEqual([keys?.[0]?.inactive, createdAt], [true, made.__createdAt]);
    await refused(lookUps.getUser({ uid: "ann" }, { withSecrets: false }), "not-found");
    assert.deepEqual(await lookUps.listUsers({}), [{ tenant: "acme", uid: "ann" }]);
  });
});

describe("look-ups of ecs.ObjectUser in particular", () => {
  it("log out when none is under way any more", async () => {
    const stack = await openStack(ecsWith());
    await stack.up({ rotationId: "1" });
    await stack.end();
    const open = () => stack.system.server.sessions.count(stack.world.now().getTime());
    const before = open();
    const { lookUps } = lookUpsOf(stack);
    const ann = { userId: "ann", namespace: "ns1" };
    await Promise.all([1, 2, 3].map(() => lookUps.getUser(ann, { withSecrets: false })));
    assert.equal(open(), before);
  });
});
