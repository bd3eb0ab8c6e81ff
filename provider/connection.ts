/**
 * Connections: where the settings come from, what is wrong with them, and the connected system.
 *
 * Each setting is taken from the provider's arguments or the stack's configuration (Pulumi gives both under the same
 * names, "rgw:endpoint"), else from the environment. Admin credentials never pass through a resource.
 */
import type { Backend, Connection } from "./backends/backend";
import { ObjectUserError } from "./errors";
import type { Context } from "./lifecycle/context";
import type { World } from "./world";

/** Pulumi's configuration, as `configure` hands it over. */
export interface Config {
  get(key: string): unknown;
}

/** Connects a backend; `announce` is told each step that is taken. Throws an ObjectUserError that names every setting that is missing or wrong. */
export function openConnection(
  backend: Backend,
  config: Config,
  world: World,
  announce: (line: string) => void,
): Context & Connection {
  const connection = backend.connect(readSettings(backend, config, world) as never, world);
  const { capabilities, defaults, resource } = backend;
  let system: Promise<string | undefined> | undefined;
  // Who is not told knows the system by its address only.
  const systemId = () => {
    system ??= (connection.api.systemId?.() ?? Promise.resolve(undefined)).catch(() => undefined);
    return system;
  };
  return { ...connection, ...world, announce, capabilities, defaults, resource, systemId };
}

/** The settings of a connection in normal form. Throws an ObjectUserError that names every one that is missing or wrong. */
export function readSettings<Settings>(
  backend: Backend<unknown, Settings>,
  config: Config,
  { environment: variables }: Pick<World, "environment">,
): Settings {
  const given = Object.entries(backend.sources).map(([name, { environment }]) => {
    const value = config.get(`${backend.kind}:${name}`) ?? (environment ? variables[environment] : undefined);
    return [name, value === "" ? undefined : value];
  });
  const parsed = backend.connection.safeParse(Object.fromEntries(given), {
    error: (issue) => (issue.code === "invalid_type" && issue.input === undefined ? "is missing" : undefined),
  });
  if (!parsed.success) throw wrongSettings(backend, parsed.error.issues);
  return parsed.data;
}

function wrongSettings(backend: Backend, issues: readonly { path: PropertyKey[]; message: string }[]): ObjectUserError {
  const wrong = issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  const sources = issues.map(({ path }) => {
    const name = String(path[0]);
    const variable = backend.sources[name]?.environment;
    return `${backend.kind}:${name}${variable ? ` or ${variable}` : ""}`;
  });
  return new ObjectUserError({
    code: "invalid",
    operation: "connecting",
    subject: `to ${backend.kind}`,
    problem: wrong.join("; "),
    advice: `Give ${backend.kind}.Provider these arguments, or set stack configuration or environment: ${sources.join(", ")}.`,
  });
}
