/** The connections that a stack recorded: of each provider, those kinds of which it has settings or users. */
import { backends } from "../provider/backends";
import type { Backend } from "../provider/backends/backend";
import { type Config, readSettings } from "../provider/connection";
import type { Inventory } from "../provider/operator/inventory";
import type { World } from "../provider/world";

/** A connection of a stack. */
export interface Recorded {
  /** For people: the stack, the provider and the kind. */
  readonly title: string;
  /** The same for connections with the same settings. Holds secrets: never to be shown. */
  readonly key: string;
  readonly backend: Backend;
  readonly config: Config;
}

/** The connections of a stack, in the order of its state. */
export function connectionsOf(stack: string, { users, connections }: Inventory, world: World): Recorded[] {
  return [...connections].flatMap(([id, config]) =>
    Object.values(backends)
      .flatMap((ofUsers) => {
        const used = users.flatMap(({ connection, backend }) =>
          connection === id && backend.system === ofUsers.system ? [backend] : [],
        );
        if (used.length === 0) return isConfigured(ofUsers, config) ? [ofUsers] : [];
        // What only makes keys needs fewer rights than what makes users.
        return used.includes(ofUsers) ? [ofUsers] : used.slice(0, 1);
      })
      .map((backend) => {
        const provider = id.split("::").at(-2) ?? id;
        const title = `${stack} ${provider.startsWith("default") ? backend.kind : `${backend.kind} (${provider})`}`;
        return { title, key: keyOf(backend, config, world) ?? `${stack} ${id} ${backend.kind}`, backend, config };
      }),
  );
}

/** Whether a provider was given settings of a kind; those that it lacks come from the environment. */
export function isConfigured({ system, sources }: Backend, config: Config): boolean {
  return Object.keys(sources).some((name) => config.get(`${system}:${name}`) !== undefined);
}

/** Tells connections apart; undefined when the settings are incomplete. It holds secrets: never show it. */
export function keyOf(backend: Backend, config: Config, world: World): string | undefined {
  try {
    return JSON.stringify([backend.kind, readSettings(backend, config, world)]);
  } catch {
    return undefined; // Opening it will say what is missing.
  }
}
