/**
 * Pulumi's engine in small: one resource, its state, and the provider's methods called in the order and with the rules
 * of the real one. For proofs that need hundreds of runs; the same proofs run the real CLI for a few of them.
 *
 * Every operation gets a provider of its own, as if from a plugin process of its own: nothing is shared but the system.
 */

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { kinds } from "../../../provider/backends";
import type { Backend } from "../../../provider/backends/backend";
import { IDENTITY, identityOf } from "../../../provider/protocol";
import { ownBoard } from "../../../provider/pulumi/board";
import type { ResourceProvider } from "../../../provider/pulumi/engine";
import { openFleet } from "../../../provider/pulumi/fleet/fleet";
import { Locks } from "../../../provider/pulumi/locks";
import { openResource } from "../../../provider/pulumi/resource";
import { type World, world } from "../../../provider/world";
import type { Credentials } from "../../../tools/ceph/cluster";

/** Inputs or outputs. */
export type Values = Readonly<Record<string, unknown>>;

/** What a run came to. `error` is the sentence that the user sees. */
export interface Outcome {
  readonly did: "created" | "updated" | "deleted" | "nothing" | "failed";
  readonly error?: string;
}

/** What state has of a resource. */
export interface Kept {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
  /** The last run failed half-way: the next one updates, whatever diff says. */
  readonly halfMade: boolean;
}

/** Where providers connect to, and everything they ever said. */
export interface Setting {
  readonly env: Readonly<Record<string, string>>;
  /** Connection settings over the environment, such as {"rgw:timeoutSeconds": 2}. */
  readonly config?: Values;
  /** Gets each line that a provider shows and each error it throws. */
  readonly said: string[];
  /** A kind of user, or of fleet, as state names it. Default "rgw". */
  readonly kind?: string;
  /** What is not the real world. */
  readonly world?: Partial<World>;
  /** How a provider is reached. Default: by its functions, as the dynamic provider is. */
  readonly through?: (backend: Backend, isFleet: boolean, world: World) => ResourceProvider;
  /** Whose resource it is: stacks of their own have others, runs of one stack the same. Default: that of all. */
  readonly identity?: string;
}

const ME = identityOf("urn:pulumi:proofs::proofs::pulumi-nodejs:dynamic/object-users/rgw:User::user");
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A provider as a fresh plugin process has it. */
export function openProvider({ env, config = {}, said, kind = "rgw", world: other, through = direct }: Setting) {
  const [name = "", many] = kind.split("/");
  const backend = kinds[name];
  assert.ok(backend, kind);
  const around = {
    ...world,
    board: ownBoard(),
    locks: new Locks(),
    environment: env,
    log: (line: string) => void said.push(line),
    ...other,
  };
  const provider = through(backend, many === "fleet", around);
  void provider.configure({ config: { get: (name: string) => config[name] } });
  return provider;
}

function direct(backend: Backend, isFleet: boolean, outside: World): ResourceProvider {
  return isFleet ? openFleet(backend, outside) : openResource(backend, outside);
}

/** One resource in a stack of its own. */
export class Stack {
  private readonly handler: string;

  constructor(
    readonly setting: Setting,
    public kept: Kept | undefined = undefined,
  ) {
    this.handler = `exports.handler = () => require("pulumi-object-users/provider").provider("${setting.kind ?? "rgw"}", 1);`;
  }

  /** The published key. Throws where there is none. */
  get key(): Credentials {
    const { accessKey, secretKey } = this.kept?.outputs ?? {};
    assert.ok(typeof accessKey === "string" && typeof secretKey === "string", "a key is published");
    return { accessKey, secretKey };
  }

  /** Ids of the ring. */
  get ring(): string[] {
    return ((this.kept?.outputs.keys ?? []) as { id: string }[]).map(({ id }) => id);
  }

  /** `pulumi up` */
  async up(declared: Values): Promise<Outcome> {
    const provider = openProvider(this.setting);
    const before = this.kept;
    return this.attempt(before?.inputs, async () => {
      const news = { [IDENTITY]: this.setting.identity ?? ME, ...declared, __provider: this.handler };
      const { inputs: checked, failures } = await provider.check(before?.inputs ?? {}, news);
      if (failures.length > 0)
        throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
      const inputs = { ...plain(checked), __provider: this.handler };
      if (before === undefined) {
        const { id, outs } = await provider.create(inputs).catch((error: unknown) => this.rethrow(error, inputs));
        this.kept = { id, inputs, outputs: plain(outs), halfMade: false };
        return "created";
      }
      const { changes, replaces } = await provider.diff(before.id, before.outputs, inputs);
      assert.deepEqual(replaces, [], "the small engine does not replace");
      if (!before.halfMade && !(changes ?? !isDeepStrictEqual(before.inputs, inputs))) {
        this.kept = { ...before, inputs };
        return "nothing";
      }
      const { outs } = await provider.update(before.id, before.outputs, inputs);
      this.kept = { id: before.id, inputs, outputs: plain(outs), halfMade: false };
      return "updated";
    });
  }

  /** `pulumi refresh` */
  async refresh(): Promise<Outcome> {
    const { kept } = this;
    if (kept === undefined) return { did: "nothing" };
    return this.attempt(kept.inputs, async () => {
      const { id, props, inputs = kept.inputs } = await openProvider(this.setting).read(kept.id, kept.outputs);
      if (id === "") this.kept = undefined;
      else
        this.kept = {
          id,
          inputs: { ...plain(inputs), __provider: this.handler },
          outputs: plain(props),
          halfMade: false,
        };
      return id === "" ? "deleted" : "updated";
    });
  }

  /** `pulumi destroy` */
  async destroy(): Promise<Outcome> {
    const { kept } = this;
    if (kept === undefined) return { did: "nothing" };
    return this.attempt(kept.inputs, async () => {
      await openProvider(this.setting).delete(kept.id, kept.outputs);
      this.kept = undefined;
      return "deleted";
    });
  }

  private rethrow(error: unknown, inputs: Values): never {
    if (isHalfMade(error)) throw Object.assign(error, { inputs });
    throw error;
  }

  /** A fault with what is known so far becomes a half-made resource, any other leaves state as it was. */
  private async attempt(inputs: Values | undefined, run: () => Promise<Outcome["did"]>): Promise<Outcome> {
    try {
      return { did: await run() };
    } catch (thrown) {
      if (isHalfMade(thrown)) {
        const { id, properties } = thrown;
        assert.equal(properties.__provider, this.handler, "a half-made resource must keep its __provider");
        this.kept = { id, inputs: inputs ?? thrown.inputs ?? {}, outputs: plain(properties), halfMade: true };
      }
      const { message, stack = "" } = thrown as Error;
      this.setting.said.push(message, stack, JSON.stringify(isHalfMade(thrown) ? thrown.reasons : ""));
      return { did: "failed", error: message };
    }
  }
}

interface HalfMade extends Error {
  readonly id: string;
  readonly properties: Values;
  readonly reasons: string[];
  readonly inputs?: Values;
}

function isHalfMade(error: unknown): error is HalfMade {
  return error instanceof Error && "id" in error && "properties" in error;
}

/** What comes back from the engine: secrets in clear. Fails on what the engine cannot store. */
function plain(values: Values): Values {
  assert.deepEqual(JSON.parse(JSON.stringify(values)), values, "a result must be plain JSON");
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, unwrapped(value)]));
}

function unwrapped(value: unknown): unknown {
  return typeof value === "object" && value !== null && SIGNATURE in value
    ? (value as { value?: unknown }).value
    : value;
}
