/**
 * A stack with one user of any system, and what tests look at afterwards. The user has one of two shapes: a resource of its
 * own, or a member of a fleet that has a bystander besides. Requests go wrong, and runs are killed, on their way.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { sign } from "aws4";
import { type Fault, isActedOn } from "../../devserver/rgw/fault";
import { TransportError } from "../../provider/http/send";
import type { Send, WireRequest, WireResponse } from "../../provider/http/wire";
import { SECRETS } from "../../provider/protocol";
import type { Board } from "../../provider/pulumi/board";
import type { ResourceProvider } from "../../provider/pulumi/engine";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import { Locks } from "../../provider/pulumi/locks";
import { openResource } from "../../provider/pulumi/resource";
import type { Inputs, Outputs } from "../../provider/pulumi/state";
import { world as realWorld, type World } from "../../provider/world";
import { throughPlugin } from "../packaged/door";
import { CheckFailed, Engine } from "../provider/engine";
import { MemberEngine, memberOf, type OneUser } from "../provider/member";
import { type FakeWorld, fakeWorld } from "../provider/world";
import type { Adapter, Key, Shape, System } from "./adapter";

export type { Shape };

/** How Pulumi reaches the provider. */
export type Door = "the dynamic door" | "the packaged door";

/** What becomes of a request: a fault, or the end of the process before the server acts or before the answer comes. */
export type Mishap = Fault | { readonly kind: "kill"; readonly when: "before" | "after" };

/** What every stack may have otherwise. */
export interface StackOptions {
  /** Settings of the connection, over the system's own. */
  readonly settings?: Inputs;
  readonly shape?: Shape;
  readonly door?: Door;
}

/** The stack and its surroundings. */
export interface Stack<Running extends System = System> {
  readonly adapter: Adapter<Running>;
  readonly system: Running;
  readonly engine: OneUser;
  /** The engine of the whole resource: the user itself, or its fleet. */
  readonly whole: Engine;
  readonly world: FakeWorld;
  /** The user's name, and its inputs without anything that need not be. */
  readonly name: string;
  readonly inputs: Inputs;
  /** The requests since somebody emptied the list. */
  readonly asked: WireRequest[];
  /** Asked about each request before it is sent, with the number that it will have in `asked`. */
  mishap: ((request: WireRequest, number: number) => Mishap | undefined) | undefined;
  /** `pulumi up` with these inputs besides those of every user; then the outputs. */
  up(inputs?: Inputs): Promise<Outputs>;
  /** The same, expected to fail: the message. */
  fails(inputs?: Inputs): Promise<string>;
  /** The same, which may fail: the message if it does, "killed" if it never ends. */
  tries(inputs: Inputs): Promise<string | undefined>;
  /** Does something else that may fail: the message if it does, "killed" if it never ends. */
  attempt(work: () => Promise<unknown>): Promise<string | undefined>;
  outputs(): Outputs;
  /** The published key, and the one before it. */
  key(): Key;
  previous(): Key;
  /** Another process of Pulumi's plugin, with the state as it is; with other settings of the connection, if given. */
  restart(settings?: Inputs): Promise<void>;
  /** Tasks that were registered for the end of the process, run once. */
  end(): Promise<void>;
  /** Fails if a secret of the system or one that was ever published or given stands where people read. */
  assertNoLeak(more?: readonly string[]): void;
  /** Fails unless the bystander, if there is one, is as he was and nobody asked about him but a refresh. */
  assertBystanderUntouched(): Promise<void>;
}

const BYSTANDER = "bystander";
let opened = 0;

/** Opens a stack. */
export async function openStack<Running extends System>(
  adapter: Adapter<Running>,
  { settings = {}, shape = "a single user", door = "the dynamic door" }: StackOptions = {},
): Promise<Stack<Running>> {
  const tasks: (() => Promise<void>)[] = [];
  const lines: string[] = [];
  const asked: WireRequest[] = [];
  const seen = new Set<string>();
  const isFleet = shape === "a member of a fleet";
  const unique = adapter.isReal ? `-${process.pid}-${++opened}` : "";
  const name = `ann${unique}`;
  let killed: (() => void) | undefined;

  const world = worldOf(adapter, {
    log: (line) => lines.push(line),
    atEnd: (task) => void tasks.push(task),
  });
  const system = await adapter.open(world.now);
  const passing =
    (send: Send): Send =>
    async (request, timeoutMs) => {
      const number = asked.push(request) - 1;
      const mishap = stack.mishap?.(request, number);
      if (mishap?.kind !== "kill") return suffer(mishap, () => send(request, timeoutMs), timeoutMs);
      if (mishap.when === "after") await send(request, timeoutMs);
      killed?.();
      return new Promise(() => {});
    };
  const outside: World = { ...world, openTransport: (options) => passing(system.openTransport(options)) };
  const configOf = (more: Inputs) => {
    const config: Inputs = { ...system.config, ...settings, ...more };
    return { config: { get: (key: string) => config[key] } };
  };
  const open = () => {
    // A process that was killed holds no lock of the next one.
    const own = { ...outside, locks: new Locks() };
    if (door === "the packaged door") return throughPlugin(adapter.backend, isFleet, own);
    return (isFleet ? openFleet : openResource)(adapter.backend, own);
  };
  const whole = new Engine(open(), world);
  await whole.provider.configure(configOf({}));

  const bystander = `${BYSTANDER}${unique}`;
  for (const each of [name, `${name}-b`, bystander]) await system.ready?.(each);
  const { setting } = adapter;
  const his = { rotationId: "his", ...(setting ? { [setting.name]: setting.first } : {}), ...adapter.user(bystander) };
  let was: unknown;
  const engine = isFleet ? new MemberEngine(whole, "ann", { [bystander]: his }) : whole;

  const outputs = () => {
    assert.ok(engine.stored, "the user is in state");
    return engine.stored.outputs;
  };
  const remember = ({ secretKey, previousSecretKey, password, [SECRETS]: unshown }: Outputs) => {
    for (const secret of [secretKey, previousSecretKey, password, ...Object.values(unshown ?? {})])
      if (typeof secret === "string") seen.add(secret);
  };
  const text = (output: string) => String(outputs()[output]);
  const attempt = async (work: () => Promise<unknown>) => {
    const before = new Set(asked);
    const dead = new Promise<"killed">((resolve) => {
      killed = () => resolve("killed");
    });
    const end = work().then(
      () => undefined,
      (error: Error) => error,
    );
    const came = await Promise.race([end, dead]);
    remember(engine.stored?.outputs ?? {});
    if (isFleet)
      assertNothingAbout(
        bystander,
        asked.filter((request) => !before.has(request)),
      );
    if (!(came instanceof Error)) return came;
    lines.push(came.message);
    // Of half-made resources Pulumi shows the reasons; of anything else the stack, where there is one.
    if (!("id" in came || came instanceof CheckFailed))
      assert.doesNotMatch(came.stack ?? "", /\n\s+at /, `Pulumi would print a stack: ${came.stack}`);
    return came.message;
  };
  const run = (inputs: Inputs) => {
    remember(inputs);
    return attempt(() => engine.up({ ...adapter.user(name), ...inputs }));
  };
  const stack: Stack<Running> = {
    adapter,
    system,
    engine,
    whole,
    world: { ...world, lines },
    name,
    inputs: adapter.user(name),
    asked,
    mishap: undefined,
    outputs,
    attempt,
    tries: run,
    async up(inputs = {}) {
      const problem = await run(inputs);
      assert.equal(problem, undefined);
      return outputs();
    },
    async fails(inputs = {}) {
      return (await run(inputs)) ?? assert.fail("up succeeded");
    },
    key: () => ({ accessKey: text("accessKey"), secretKey: text("secretKey") }),
    previous: () => ({ accessKey: text("previousAccessKey"), secretKey: text("previousSecretKey") }),
    async restart(more = {}) {
      world.begin();
      whole.provider = open();
      await whole.provider.configure(configOf(more));
    },
    async end() {
      for (const task of tasks.splice(0)) await task();
    },
    assertNoLeak(more = []) {
      const {
        secretKey: _s,
        previousSecretKey: _p,
        password: _w,
        [SECRETS]: _u,
        ...shown
      } = engine.stored?.outputs ?? {};
      const { secretKey: _o, password: _i, ...given } = engine.stored?.inputs ?? {};
      const all = [...lines, JSON.stringify(shown), JSON.stringify(given)].join("\n");
      for (const secret of [...seen, ...system.secrets, ...more]) assert.ok(!all.includes(secret), "a secret is shown");
    },
    async assertBystanderUntouched() {
      if (!isFleet) return;
      const is = memberOf(whole.stored, bystander) ?? assert.fail("the bystander left the state");
      const { halfMade: _, ...rest } = is;
      const { halfMade: _was, ...former } = was as typeof is & object;
      assert.deepEqual(rest, former, "the bystander is as he was");
      const { accessKey, secretKey } = is.outputs;
      assert.equal(await system.s3({ accessKey: String(accessKey), secretKey: String(secretKey) }), "200");
    },
  };
  if (isFleet) {
    await whole.up({ users: { [bystander]: his } });
    was = structuredClone(memberOf(whole.stored, bystander));
    asked.length = 0;
  }
  return stack;
}

/** An up asks nothing about members that have nothing to do. */
function assertNothingAbout(bystander: string, requests: readonly WireRequest[]): void {
  for (const { method, url, body = "" } of requests)
    assert.ok(!`${url} ${body}`.includes(bystander), `${method} ${url.pathname} is about the bystander`);
}

/** Time passes by `advance` and by sleeping only; on a real system by the clock besides, and sleeping takes a part of its time. */
function worldOf({ isReal }: Adapter, changes: Partial<World>): FakeWorld {
  const fake = fakeWorld(undefined, changes);
  if (!isReal) return Object.assign(fake, { sleep: async (ms: number) => fake.advance(ms / 1000) });
  let aheadMs = 0;
  return Object.assign(fake, {
    now: () => new Date(Date.now() + aheadMs),
    sleep: (ms: number) => sleep(ms / 20),
    newPassword: realWorld.newPassword,
    random: realWorld.random,
    advance: (seconds: number) => {
      aheadMs += seconds * 1000;
    },
  });
}

/** What comes of a request with a fault, as production's transport tells it. */
async function suffer(
  fault: Fault | undefined,
  send: () => Promise<WireResponse>,
  timeoutMs: number,
): Promise<WireResponse> {
  const answer = isActedOn(fault) ? await send() : undefined;
  if (fault?.kind === "answer") return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? "" };
  if (fault?.kind === "cut") throw new TransportError("socket hang up", "ECONNRESET", true);
  if (fault?.kind === "hang") throw new TransportError(`no answer within ${timeoutMs / 1000} s`, "ETIMEDOUT", true);
  assert.ok(answer);
  return fault?.kind === "truncate" ? { ...answer, body: answer.body.slice(0, answer.body.length / 2) } : answer;
}

/** A signed request to list the buckets, by aws4 itself, as any client would send it. */
export function listBuckets({ accessKey, secretKey }: Key, at: Date, endpoint = "http://s3.test"): WireRequest {
  const date = at.toISOString().replace(/[:-]|\.\d{3}/g, "");
  const url = new URL(`${endpoint}/`);
  const request = { host: url.host, method: "GET", path: "/", service: "s3", region: "us-east-1" };
  const { headers } = sign(
    { ...request, headers: { "X-Amz-Date": date } },
    { accessKeyId: accessKey, secretAccessKey: secretKey },
  );
  return { method: "GET", url, headers: headers as Record<string, string> };
}

/** What S3 answered: "200", or "403 InvalidAccessKeyId". */
export function verdictOf({ status, body }: Pick<WireResponse, "status" | "body">): string {
  return [status, /<Code>(\w+)</.exec(body)?.[1]].filter(Boolean).join(" ");
}

/** Another resource of the same program, or a fleet, for which Pulumi has a process of its own; a board lets them share a run. */
export async function openBeside(
  { world, system }: Pick<Stack, "world" | "system">,
  backend: Adapter["backend"],
  { isFleet = false, board }: { readonly isFleet?: boolean; readonly board?: Board },
): Promise<ResourceProvider> {
  const outside = { ...world, openTransport: system.openTransport, ...(board ? { board } : {}) };
  const provider = (isFleet ? openFleet : openResource)(backend, outside);
  await provider.configure({ config: { get: (key: string) => system.config[key] } });
  return provider;
}
