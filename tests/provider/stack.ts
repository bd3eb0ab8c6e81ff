/** A stack with one rgw.User on a gateway of its own, and what tests look at afterwards. */
import assert from "node:assert/strict";
import { sign } from "aws4";
import type { Gateway } from "../../devserver/rgw/gateway";
import { rgw } from "../../provider/backends/rgw";
import type { Send } from "../../provider/http/wire";
import type { ResourceProvider } from "../../provider/pulumi";
import { openResource } from "../../provider/resource";
import type { Inputs, Outputs } from "../../provider/state";
import { admin } from "../devserver/request";
import { Engine } from "./engine";
import { bench, type FakeWorld } from "./world";

/** The stack and its surroundings. */
export interface Stack {
  readonly gateway: Gateway;
  readonly world: FakeWorld;
  readonly engine: Engine;
  readonly provider: ResourceProvider;
  /** `pulumi up` of user "ann" with these inputs besides uid and displayName; then the outputs. */
  up(inputs?: Inputs): Promise<Outputs>;
  /** The same, expected to fail: the message, and nothing else of the error matters. */
  fails(inputs?: Inputs): Promise<string>;
  /** Counts only what comes from here on. */
  tally<T>(task: () => Promise<T>): Promise<Record<string, number>>;
  /** What somebody else does with the admin API: `meddle("POST user?uid=ann&suspended=true")`. Answers the JSON. */
  meddle(what: string): unknown;
  /** The stored outputs. */
  outputs(): Outputs;
  /** Ids of ann's keys on the gateway. */
  keys(): string[];
}

/** The inputs that every user here has. */
export const ANN = { uid: "ann", displayName: "Ann" };

/** Opens a stack. Another `provider` on the same gateway is another process of Pulumi's plugin. */
export async function openStack(wrap?: (send: Send) => Send): Promise<Stack> {
  const { gateway, world, config } = bench(wrap);
  const provider = openResource(rgw, world);
  await provider.configure({ config });
  const engine = new Engine(provider);
  const outputs = () => {
    assert.ok(engine.stored, "the resource is in state");
    return engine.stored.outputs;
  };
  return {
    gateway,
    world,
    engine,
    provider,
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
      return gateway.requests.tally();
    },
    meddle(what) {
      const { status, body } = gateway.handle(admin(gateway, what, world.now()));
      assert.equal(status, 200, `${what}: ${body}`);
      return body === "" ? undefined : JSON.parse(body);
    },
    keys: () => [...(gateway.user("ann")?.keys.keys() ?? [])],
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
