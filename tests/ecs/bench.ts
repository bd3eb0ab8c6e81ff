/** A stack with one user on a server of reference, a clock that tests own, and what tests look at afterwards. */
import assert from "node:assert/strict";
import { sign } from "aws4";
import { type EcsOptions, EcsServer } from "../../devserver/ecs/server";
import type { FaultHook } from "../../devserver/rgw/fault";
import { ecs } from "../../provider/backends/ecs";
import { TransportError } from "../../provider/http/send";
import type { Send, WireRequest, WireResponse } from "../../provider/http/wire";
import type { ResourceProvider } from "../../provider/pulumi/engine";
import { openResource } from "../../provider/pulumi/resource";
import type { Inputs, Outputs } from "../../provider/pulumi/state";
import { Engine } from "../provider/engine";
import { type FakeWorld, fakeWorld } from "../provider/world";

/** A server as the benches need it. */
export interface Server {
  readonly send: Send;
  handle(request: WireRequest): WireResponse;
  faults: FaultHook | undefined;
}

/** What every bench has. */
export interface Bench<Reference extends Server> {
  readonly server: Reference;
  readonly world: FakeWorld;
  readonly engine: Engine;
  /** Tasks that were registered for the end of the process; run by `end`. */
  end(): Promise<void>;
  /** `pulumi up` with these inputs besides the bench's own; then the outputs. */
  up(inputs?: Inputs): Promise<Outputs>;
  /** The same, expected to fail: the message. */
  fails(inputs?: Inputs): Promise<string>;
  /** The stored outputs. */
  outputs(): Outputs;
  /** What S3 answers to a secret: "200", or "403 SignatureDoesNotMatch". */
  s3(secret: unknown): string;
  /** Fails unless the outputs say that the grace ends in so many seconds, counted from now or a moment ago. */
  assertEndsIn(seconds: number): void;
  /** Another process of Pulumi's plugin, with the state as it is. */
  restart(): Promise<void>;
  /** Makes the next request of a kind go wrong, once. */
  next(kind: string, fault: ReturnType<FaultHook>): void;
  /** Fails if one of these texts stands in anything that people were shown, or in outputs that are not secret. */
  assertNoLeak(secrets: readonly string[]): void;
}

/** The inputs of a bench's user. */
export const ANN = { userId: "ann", namespace: "ns1" };

export const ENDPOINT = "https://ecs.test:4443";

/** What a test may have otherwise. */
export interface BenchOptions {
  /** How far the server's clock is ahead. */
  readonly skewSeconds?: number;
  /** Settings of the connection, over the bench's own. */
  readonly settings?: Inputs;
  /** Inputs of every `up`, instead of the bench's own. */
  readonly inputs?: Inputs;
  /** Another provider than that of a single user. */
  readonly provider?: (world: FakeWorld) => ResourceProvider;
}

/** A stack with ecs.ObjectUser "ann". */
export async function openBench(options: EcsOptions & BenchOptions = {}): Promise<Bench<EcsServer>> {
  return benchOf({
    server: (clock) => new EcsServer({ now: () => clock(options.skewSeconds ?? 0), ...options }),
    settings: {
      "ecs:endpoint": ENDPOINT,
      "ecs:s3Endpoint": ENDPOINT,
      "ecs:username": "root",
      "ecs:password": "the-managers-own-password",
      ...options.settings,
    },
    open: options.provider ?? ((world) => openResource(ecs, world)),
    inputs: options.inputs ?? ANN,
    accessKey: () => "ann",
  });
}

/** What differs between the systems' benches. */
export interface Plan<Reference extends Server> {
  server(clock: (skewSeconds: number) => Date): Reference;
  readonly settings: Inputs;
  open(world: FakeWorld): ResourceProvider;
  readonly inputs: Inputs;
  accessKey(outputs: Outputs, server: Reference): string;
}

/** Sets a bench up. */
export async function benchOf<Reference extends Server>(plan: Plan<Reference>): Promise<Bench<Reference>> {
  const tasks: (() => Promise<void>)[] = [];
  let world: FakeWorld | undefined;
  const server = plan.server((skew) => new Date((world?.now().getTime() ?? 0) + skew * 1000));
  const send: Send = async (request, timeoutMs) => {
    try {
      return await server.send(request, timeoutMs);
    } catch (error) {
      const { message, code = "UNKNOWN" } = error as Error & { code?: string };
      throw new TransportError(message, code, true);
    }
  };
  const own: FakeWorld = fakeWorld(send, {
    atEnd: (task) => void tasks.push(task),
    sleep: async (ms) => own.advance(ms / 1000),
  });
  world = own;
  const config = { get: (key: string) => plan.settings[key] };
  const engine = new Engine(plan.open(own), own);
  await engine.provider.configure({ config });
  const outputs = () => {
    assert.ok(engine.stored, "the resource is in state");
    return engine.stored.outputs;
  };
  return {
    server,
    world: own,
    engine,
    outputs,
    async end() {
      for (const task of tasks.splice(0)) await task();
    },
    async up(inputs = {}) {
      await engine.up({ ...plan.inputs, ...inputs });
      return outputs();
    },
    async fails(inputs = {}) {
      try {
        await engine.up({ ...plan.inputs, ...inputs });
      } catch (error) {
        assert.ok(error instanceof Error);
        own.lines.push(error.message);
        return error.message;
      }
      return assert.fail("it was expected to fail");
    },
    s3: (secret) => s3(server, plan.accessKey(engine.stored?.outputs ?? {}, server), String(secret), own.now()),
    assertEndsIn(seconds) {
      const left = Date.parse(String(outputs().previousKeyExpiresAt)) - own.now().getTime();
      assert.ok(left <= seconds * 1000 && left > seconds * 1000 - 1000, `it ends in ${left} ms`);
    },
    async restart() {
      own.begin();
      engine.provider = plan.open(own);
      await engine.provider.configure({ config });
    },
    next(kind, fault) {
      server.faults = (_request, _sequence, found) => {
        if (found !== kind) return undefined;
        server.faults = undefined;
        return fault;
      };
    },
    assertNoLeak(secrets) {
      const { secretKey: _s, previousSecretKey: _p, __secrets: _o, ...open } = engine.stored?.outputs ?? {};
      const shown = [...own.lines, JSON.stringify(open), JSON.stringify(engine.stored?.inputs ?? {})].join("\n");
      for (const secret of secrets) {
        assert.ok(secret.length > 0, "a secret to look for");
        assert.ok(!shown.includes(secret), "a secret is shown");
      }
    },
  };
}

/** A signed request to S3, past faults and logs: its status and code. The server verifies it by arithmetic of its own. */
export function s3(server: Server, accessKeyId: string, secretAccessKey: string, at: Date): string {
  const date = at.toISOString().replace(/[:-]|\.\d{3}/g, "");
  const request = { host: "s3.test", method: "GET", path: "/", service: "s3", headers: { "X-Amz-Date": date } };
  const { headers } = sign({ ...request, region: "us-east-1" }, { accessKeyId, secretAccessKey });
  const { status, body } = server.handle({
    method: "GET",
    url: new URL("http://s3.test/"),
    headers: headers as Record<string, string>,
  });
  return [status, /<Code>(\w+)</.exec(body)?.[1]].filter(Boolean).join(" ");
}
