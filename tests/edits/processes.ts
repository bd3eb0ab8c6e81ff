/**
 * The plugin processes of one run: one for each provider instance and connection, each with a handler for every kind of
 * resource that it has met; and a board that all of them share.
 */
import assert from "node:assert/strict";
import { rgw } from "../../provider/backends/rgw";
import { type Board, ownBoard } from "../../provider/pulumi/board";
import type { ResourceProvider } from "../../provider/pulumi/engine";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import { openResource } from "../../provider/pulumi/resource";
import { SECRET_SIGNATURE } from "../../provider/pulumi/state";
import type { World } from "../../provider/world";
import { assertPlain } from "../provider/engine";
import type { Address, Instance, Kind } from "./program";
import type { Call, Wire } from "./wire";

export type Values = Record<string, unknown>;

/** What state keeps of a resource, to find the code that manages it. */
export function handlerOf(kind: Kind): string {
  return `exports.handler = () => require("pulumi-object-users/provider").provider("${kind}", 1);`;
}

/** The processes of a run. */
export class Processes {
  private readonly handlers = new Map<string, ResourceProvider>();
  private readonly outside: World & { readonly board: Board };

  constructor(
    private readonly wire: Wire,
    readonly lines: string[],
  ) {
    const send = wire.connect();
    const log = (line: string) => void lines.push(line);
    // Whoever sleeps lets everything else happen that does not sleep.
    const sleep = () => new Promise<void>((resolve) => setImmediate(resolve));
    this.outside = { ...wire.world, log, sleep, openTransport: () => send, board: ownBoard() };
  }

  /** Calls a method as the engine does: everything is copied, secrets arrive in clear, and what comes back must be plain. */
  call<T>(
    how: Call,
    on: { readonly kind: Kind; readonly instance: Instance; readonly address: Address },
    work: (provider: ResourceProvider) => Promise<T>,
  ): Promise<T> {
    return this.wire.calls.run(how, async () => {
      const result = await work(this.handler(on.instance, on.address, on.kind));
      if (result !== undefined) assertPlain(result, how.method);
      this.wire.answered(how);
      return clear(result) as T;
    });
  }

  private handler(instance: Instance, address: Address, kind: Kind): ResourceProvider {
    const name = [instance, address, kind].join();
    const known = this.handlers.get(name);
    if (known) return known;
    const made = kind === "rgw" ? openResource(rgw, this.outside) : openFleet(rgw, this.outside);
    // Nobody waits for it: calls may come before it is done.
    void made.configure({ config: this.wire.configOf(address) });
    this.handlers.set(name, made);
    return made;
  }
}

const [SIGNATURE = ""] = Object.keys(SECRET_SIGNATURE);

/** A copy with all secrets in clear. */
export function clear(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clear);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value) {
    assert.ok("value" in value, "a secret has a value");
    return clear(value.value);
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, clear(one)]));
}
