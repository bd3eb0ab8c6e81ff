/**
 * A stack with the rgw.User "ann" on a gateway of its own, and what tests look at afterwards. She has one of two shapes, a
 * resource of her own or a member of a fleet that has a bystander besides, and every suite runs on both.
 */
import assert from "node:assert/strict";
import { sign } from "aws4";
import type { Gateway, UserView } from "../../devserver/rgw/gateway";
import { rgw } from "../../provider/backends/rgw";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import { openResource } from "../../provider/pulumi/resource";
import type { Inputs, Outputs } from "../../provider/pulumi/state";
import { admin } from "../devserver/request";
import { BYSTANDER, BYSTANDERS_INPUTS, Bystander } from "./bystander";
import { Engine } from "./engine";
import { MemberEngine, type OneUser } from "./member";
import { bench, type FakeWorld } from "./world";

/** How a user is declared. */
export type Shape = "a single user" | "a member of a fleet";

/** The stack and its surroundings. */
export interface Stack {
  readonly gateway: Gateway;
  readonly world: FakeWorld;
  readonly engine: OneUser;
  /** `pulumi up` of user "ann" with these inputs besides uid and displayName; then the outputs. */
  up(inputs?: Inputs): Promise<Outputs>;
  /** The same, expected to fail: the message, and nothing else of the error matters. */
  fails(inputs?: Inputs): Promise<string>;
  /** Counts only what comes from here on, and is not about the bystander; nor the question that a run begins with: what the cluster calls itself. */
  tally<T>(task: () => Promise<T>): Promise<Record<string, number>>;
  /** What somebody else does with the admin API: `meddle("POST user?uid=ann&suspended=true")`. Answers the JSON. */
  meddle(what: string): unknown;
  /** The stored outputs. */
  outputs(): Outputs;
  /** Ids of ann's keys on the gateway. */
  keys(): string[];
  /** All users of the gateway but its admin and the bystander. */
  users(): UserView[];
}

/** The inputs that every user here has. */
export const ANN = { uid: "ann", displayName: "Ann" };

/** A suite, once for each shape. Its stacks come from `openStack`; after each test the bystander is as he was. */
export function describeShapes(title: string, suite: (openStack: () => Promise<Stack>, shape: Shape) => void): void {
  describe(`${title}, a single user`, () => suite(openSingle, "a single user"));
  describe(`${title}, a member of a fleet`, () => {
    const bystanders: Bystander[] = [];
    afterEach(() => {
      for (const bystander of bystanders.splice(0)) bystander.assertUntouched();
    });
    suite(() => openMember(bystanders), "a member of a fleet");
  });
}

async function openSingle(): Promise<Stack> {
  const { gateway, world, config } = bench();
  const engine = new Engine(openResource(rgw, world), world);
  await engine.provider.configure({ config });
  return stackOf({ gateway, world, engine });
}

async function openMember(bystanders: Bystander[]): Promise<Stack> {
  const bystander = new Bystander(
    () => fleet,
    () => gateway,
  );
  const { gateway, world, config } = bench((send) => bystander.passing(send));
  const fleet = new Engine(openFleet(rgw, world), world);
  await fleet.provider.configure({ config });
  await bystander.settle();
  bystanders.push(bystander);
  const engine = new MemberEngine(fleet, "ann", { [BYSTANDER]: BYSTANDERS_INPUTS });
  return stackOf({ gateway, world, engine, isOthers: (sequence) => bystander.asked.has(sequence) });
}

/** What there is to be seen, and whose a request is, by its number. */
interface Scene extends Pick<Stack, "gateway" | "world" | "engine"> {
  readonly isOthers?: (sequence: number) => boolean;
}

function stackOf({ gateway, world, engine, isOthers = () => false }: Scene): Stack {
  const outputs = () => {
    const { stored } = engine;
    assert.ok(stored, "the user is in state");
    return stored.outputs;
  };
  return {
    gateway,
    world,
    engine,
    outputs,
    async up(inputs = {}) {
      await engine.up({ ...ANN, ...inputs });
      return outputs();
    },
    async fails(inputs = {}) {
      const error = await engine.up({ ...ANN, ...inputs }).then(
        () => assert.fail("up succeeded"),
        (thrown: Error) => thrown,
      );
      // Of half-made resources Pulumi shows the reasons; of anything else the stack, where there is one.
      if (!("id" in error)) assert.doesNotMatch(error.stack ?? "", /\n\s+at /, "Pulumi would print a stack");
      return error.message;
    },
    async tally(task) {
      gateway.requests.reset();
      await task();
      const tally: Record<string, number> = {};
      for (const { kind, sequence } of gateway.requests.entries) {
        if (!isOthers(sequence) && kind !== "GET info") tally[kind] = (tally[kind] ?? 0) + 1;
      }
      return tally;
    },
    meddle(what) {
      const { status, body } = gateway.handle(admin(gateway, what, world.now()));
      assert.equal(status, 200, `${what}: ${body}`);
      return body === "" ? undefined : JSON.parse(body);
    },
    keys: () => [...(gateway.user("ann")?.keys.keys() ?? [])],
    users: () => gateway.users().filter(({ uid }) => uid !== BYSTANDER),
  };
}

/** What S3 answers to a key: "200", or "403 InvalidAccessKeyId". Signed by aws4 itself, as any client would. */
export function s3Says(at: Pick<Stack, "gateway" | "world">, accessKey: unknown, secretKey: unknown): string {
  const date = at.world
    .now()
    .toISOString()
    .replace(/[:-]|\.\d{3}/g, "");
  const options = { host: "s3.test", method: "GET", path: "/", service: "s3", headers: { "X-Amz-Date": date } };
  sign(options, { accessKeyId: String(accessKey), secretAccessKey: String(secretKey) });
  const request = { method: "GET", url: new URL("http://s3.test/"), headers: options.headers };
  const { status, body } = at.gateway.handle(request);
  return [status, /<Code>(\w+)</.exec(body)?.[1]].filter(Boolean).join(" ");
}
