/**
 * Connections: where the settings come from, what is wrong with them, and the connected system.
 *
 * Each setting is taken from the provider's arguments or the stack's configuration (Pulumi gives both under the same
 * names, "rgw:endpoint"), else from the environment, else from a file where the system's clients have one. Where several
 * settings say the same thing, the strongest source that gives one of them decides. Admin credentials never pass through
 * a resource. What would cross the network in clear is warned of here, whatever the system.
 */
import type { Addresses, Backend, Connection } from "./backends/backend";
import { isObjectUserError, ObjectUserError } from "./errors";
import { askedOnce } from "./http/asked-once";
import { isReadable } from "./http/plain-http";
import type { Context } from "./lifecycle/context";
import type { World } from "./world";

/** Pulumi's configuration, as `configure` hands it over. */
export interface Config {
  get(key: string): unknown;
  /** What people call the setting that they are to give. Default: its key. */
  nameOf?(key: string): string;
}

/** A connected system with what the lifecycle needs of it. */
export type Opened = Context & Connection;

/** Connects a backend; `announce` is told each step that is taken. Throws an ObjectUserError that names every setting that is missing or wrong. */
export function openConnection(
  backend: Backend,
  config: Config,
  world: World,
  announce: (line: string) => void,
): Opened {
  const settings = readSettings(backend, config, world);
  const addresses = backend.addresses(settings);
  const connection = backend.connect(settings, world);
  warnOfPlainHttp(addresses, world.log);
  const { defaults, resource } = backend;
  const { propagationSeconds = backend.capabilities.propagationSeconds } = connection;
  const capabilities = { ...backend.capabilities, propagationSeconds };
  const systemId = askedOnce(async () => connection.api.systemId?.().catch(unlessItDoesNotSay));
  const address = normalAddress(addresses[0].url);
  return { ...connection, ...world, announce, capabilities, defaults, resource, address, systemId };
}

/** The same for users of these inputs, with whom more or less can be done. */
export function openedFor<Any extends Context>(opened: Any, backend: Backend, inputs: object): Any {
  const own = backend.otherwise?.(inputs as Readonly<Record<string, unknown>>);
  return own === undefined ? opened : { ...opened, capabilities: { ...opened.capabilities, ...own } };
}

/** Who is not told knows the system by its address only. But a system that could not be asked now may be any. */
function unlessItDoesNotSay(error: unknown): undefined {
  if (!isObjectUserError(error) || isObjectUserError(error, "unavailable", "rate-limited", "unauthorized")) throw error;
}

/** An address as two that mean the same have it: host in lower case, no port that goes without saying, no slash at the end. */
export function normalAddress(text: string): string {
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`.replace(/\/+$/, "");
}

/** Warns once of each address that is not encrypted. */
function warnOfPlainHttp(addresses: Addresses, log: (line: string) => void): void {
  const warned = new Set<string>();
  for (const { url, carries } of addresses) {
    if (url === undefined || warned.has(url) || !isReadable(url)) continue;
    warned.add(url);
    log(`warning: ${url} is not encrypted: ${carries} cross the network in clear; use https`);
  }
}

/** The settings of a connection in normal form. Throws an ObjectUserError that names every one that is missing or wrong. */
export function readSettings<Settings>(
  backend: Backend<unknown, Settings>,
  config: Config,
  { environment: variables }: Pick<World, "environment">,
): Settings {
  const configured: Layer = {};
  const inherited: Layer = {};
  for (const [name, { environment }] of Object.entries(backend.sources)) {
    const value = config.get(`${backend.system}:${name}`);
    const variable = environment && variables[environment];
    if (value !== "" && (value ?? undefined) !== undefined) configured[name] = value;
    // Configuration that is empty says: not from the environment either.
    if (variable && (value ?? undefined) === undefined) inherited[name] = variable;
  }
  const parsed = backend.connection.safeParse(withFile(backend, [configured, inherited]), {
    error: (issue) => (issue.code === "invalid_type" && issue.input === undefined ? "is missing" : undefined),
  });
  if (!parsed.success) throw wrongSettings(backend, config, parsed.error.issues);
  return parsed.data;
}

/** What one source gives, by the settings' names. */
type Layer = Record<string, unknown>;

/** What the sources give, the strongest first, and the entry of the file that one of them names. */
function withFile({ sources, file }: Pick<Backend, "sources" | "file">, layers: readonly Layer[]): Layer {
  const taken = strongest(layers, sources);
  if (file === undefined || taken[file.namedBy] === undefined) return taken;
  const { namedBy } = file;
  const entry = file.read(taken);
  const naming = layers.findIndex((layer) => layer[namedBy] !== undefined);
  const completed = layers.map((layer, rank) => {
    if (rank !== naming) return layer;
    // The name hides what weaker sources have instead of it, which its own entry is not.
    const { [namedBy]: name, ...own } = layer;
    return { ...strongest([own, entry], sources), [namedBy]: name };
  });
  return strongest(completed, sources);
}

/** Of each setting what the strongest source gives, without what is hidden by an alternative in a stronger one. */
function strongest(layers: readonly Layer[], sources: Backend["sources"]): Layer {
  const taken: Layer = {};
  for (const layer of layers) {
    const groups = new Set(Object.keys(taken).map((name) => sources[name]?.group));
    const isHidden = (name: string) => {
      const { group, hiddenBy = [] } = sources[name] ?? {};
      return [group, ...hiddenBy].some((one) => one !== undefined && groups.has(one));
    };
    const visible = Object.entries(layer).filter(([name, value]) => value !== undefined && !isHidden(name));
    for (const [name, value] of visible) taken[name] ??= value;
  }
  return taken;
}

function wrongSettings(
  backend: Backend,
  config: Config,
  issues: readonly { path: PropertyKey[]; message: string }[],
): ObjectUserError {
  const wrong = issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  const sources = issues.map(({ path }) => {
    const name = String(path[0]);
    const variable = backend.sources[name]?.environment;
    const key = `${backend.system}:${name}`;
    return `${config.nameOf?.(key) ?? key}${variable ? ` or ${variable}` : ""}`;
  });
  return new ObjectUserError({
    code: "invalid",
    operation: "connecting",
    subject: `to ${backend.system}`,
    problem: wrong.join("; "),
    advice: `Give ${config.nameOf ? "the provider" : `${backend.system}.Provider`} these arguments, or set stack configuration or environment: ${sources.join(", ")}.`,
  });
}
