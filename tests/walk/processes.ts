/**
 * The plugin processes of one run: one for each provider instance and connection, each with a handler for every kind of
 * resource that it has met; and a board that all of them share. What they show, and what Pulumi writes in clear, is kept.
 */
import assert from "node:assert/strict";
import { kinds } from "../../provider/backends";
import { type Board, ownBoard } from "../../provider/pulumi/board";
import type { ResourceProvider } from "../../provider/pulumi/engine";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import { Locks } from "../../provider/pulumi/locks";
import { openResource } from "../../provider/pulumi/resource";
import { SECRET_SIGNATURE } from "../../provider/pulumi/state";
import { type World, world } from "../../provider/world";
import { assertPlain } from "../provider/engine";
import type { Door } from "./packaged";
import { type Address, clusterOf, type Instance, type Kind } from "./program";
import type { Site, System } from "./system";
import type { Call, Wire } from "./wire";

export type Values = Record<string, unknown>;

/** What may be encrypted in state, and nothing else. */
const ENCRYPTED = ["secretKey", "previousSecretKey", "password", "__secrets", "credentials", "users"];

/** The processes of a run. */
export class Processes {
  /** What people were shown. */
  readonly lines: string[] = [];
  /** What state has in clear. */
  readonly open: string[] = [];
  private readonly handlers = new Map<string, ResourceProvider>();
  private readonly board: Board = ownBoard();
  private readonly run: number;

  constructor(
    private readonly system: System,
    private readonly site: Site,
    private readonly wire: Wire,
  ) {
    this.run = wire.present;
  }

  /** What state keeps of a resource, to find the code that manages it. */
  handlerOf(kind: Kind): string {
    const name = kind === "fleet" ? `${this.system.kind}/fleet` : this.system.kind;
    return `exports.handler = () => require("pulumi-object-users/provider").provider("${name}", 1);`;
  }

  /** Calls a method as the engine does: everything is copied, secrets arrive in clear, and what comes back must be plain. */
  call<T>(
    how: Call,
    on: { readonly kind: Kind; readonly instance: Instance; readonly address: Address },
    work: (provider: ResourceProvider) => Promise<T>,
  ): Promise<T> {
    return this.wire.calls.run(how, async () => {
      const result = await work(this.handler(on.instance, on.address, on.kind));
      this.wire.answered(how);
      return result === undefined ? result : (this.stored(result, how.method) as T);
    });
  }

  /** A provider's values as state has them, in clear as providers get them. */
  stored(values: unknown, where: string): unknown {
    assertPlain(values, where);
    this.open.push(JSON.stringify(masked(values)));
    return clear(values);
  }

  private handler(instance: Instance, address: Address, kind: Kind): ResourceProvider {
    const name = [instance, address, kind].join();
    const known = this.handlers.get(name);
    if (known) return known;
    const outside: World = {
      ...world,
      environment: {},
      ...this.site.world,
      atEnd: () => {},
      log: (line) => void this.lines.push(line),
      board: this.board,
      locks: new Locks(),
      openTransport: (options) => this.wire.connect(this.run, address, options),
    };
    const backend = kinds[this.system.kind];
    assert.ok(backend);
    const { door = dynamicDoor } = this.system;
    const made = door(backend, kind === "fleet", outside, this.wire);
    const config = this.site.config(clusterOf(address), address);
    // Nobody waits for it: calls may come before it is done.
    void made.configure({ config: { get: (key) => config[key] } });
    this.handlers.set(name, made);
    return made;
  }
}

const dynamicDoor: Door = (backend, isFleet, outside) => (isFleet ? openFleet : openResource)(backend, outside);

const [SIGNATURE = ""] = Object.keys(SECRET_SIGNATURE);

/** A copy with all secrets in clear. */
function clear(value: unknown): unknown {
  return mapped(value, (secret) => clear(secret));
}

/** A copy without secrets, as far as they are marked. The program's own are marked by the SDK, at the top of the inputs. */
function masked(value: unknown): unknown {
  const { inputs } = value as { inputs?: Values };
  const open = inputs ? { ...inputs, secretKey: undefined, password: undefined } : undefined;
  return mapped(open ? { ...(value as Values), inputs: open } : value, () => "[secret]");
}

function mapped(value: unknown, ofSecret: (value: unknown) => unknown, name?: string): unknown {
  if (Array.isArray(value)) return value.map((one) => mapped(one, ofSecret));
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value) {
    assert.ok("value" in value, "a secret has a value");
    assert.ok(name !== undefined && ENCRYPTED.includes(name), `${name} is encrypted and need not be`);
    return ofSecret(value.value);
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapped(one, ofSecret, key)]));
}
