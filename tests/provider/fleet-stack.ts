/** A stack with one rgw.Users on a gateway of its own. */
import assert from "node:assert/strict";
import { rgw } from "../../provider/backends/rgw";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import type { Inputs } from "../../provider/pulumi/state";
import { admin } from "../devserver/request";
import { Engine, inClear } from "./engine";
import { s3Says } from "./stack";
import { type Bench, bench } from "./world";

type Credentials = Record<string, Record<string, string>>;

/** The stack and its surroundings. */
export type FleetStack = Awaited<ReturnType<typeof openFleetStack>>;

/** Opens a stack, on a gateway that is there already if one is given. */
export async function openFleetStack({ gateway, world, config }: Bench = bench()) {
  const provider = openFleet(rgw, world);
  await provider.configure({ config });
  const engine = new Engine(provider, world);
  const credentials = () => (engine.stored?.outputs.credentials ?? {}) as Credentials;
  const says = (accessKey: unknown, secretKey: unknown) => s3Says({ gateway, world }, accessKey, secretKey);
  return {
    /** What S3 answers to a key: "200", or "403 InvalidAccessKeyId". */
    says,
    gateway,
    world,
    config,
    provider,
    engine,
    credentials,
    up: (users: Record<string, Inputs>, defaults: Inputs = {}, own: Inputs = {}) =>
      engine.up({ defaults, users: named(users), ...own }),
    /** The same, expected to fail: the message. */
    fails: (users: Record<string, Inputs>, defaults: Inputs = {}) =>
      engine.up({ defaults, users: named(users) }).then(
        () => assert.fail("up succeeded"),
        ({ message }: Error) => message,
      ),
    /** An up whose preview could not ask, because something was not known yet: without `diff`. Its inputs are in form. */
    updateOf(users: Record<string, Inputs>, own: Inputs = {}) {
      const { stored } = engine;
      assert.ok(stored);
      const { __provider } = stored.inputs;
      return provider.update(stored.id, stored.outputs, { users: named(users), ...own, __provider });
    },
    /** What `pulumi preview` would say of these users; changes nothing. */
    async preview(users: Record<string, Inputs>) {
      assert.ok(engine.stored);
      // Another provider, as each run of Pulumi has: a provider says each line once.
      const fresh = openFleet(rgw, world);
      await fresh.configure({ config });
      const { inputs } = await fresh.check(engine.stored.inputs, { users: named(users) });
      const before = world.lines.length;
      await fresh.diff(engine.stored.id, engine.stored.outputs, inClear(inputs));
      return world.lines.slice(before);
    },
    /** Another process takes the place of the provider's. */
    async restart() {
      engine.provider = openFleet(rgw, world);
      await engine.provider.configure({ config });
    },
    async tally(task: () => Promise<unknown>) {
      gateway.requests.reset();
      await task();
      const { "GET info": _, ...tally } = gateway.requests.tally();
      return tally;
    },
    meddle: (what: string) => assert.equal(gateway.handle(admin(gateway, what, world.now())).status, 200),
    uids: () =>
      gateway
        .users()
        .map(({ uid }) => uid)
        .sort(),
    /** Fails unless S3 accepts what is published of a member. */
    works(name: string) {
      const { accessKey, secretKey } = credentials()[name] ?? {};
      assert.equal(says(accessKey, secretKey), "200", name);
    },
  };
}

/** Each member's uid and display name are its name, unless it says otherwise. */
export function named(users: Record<string, Inputs>): Record<string, Inputs> {
  return Object.fromEntries(
    Object.entries(users).map(([name, inputs]) => [name, { uid: name, displayName: name, ...inputs }]),
  );
}
