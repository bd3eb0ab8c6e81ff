/**
 * Resources behind the protocol of packaged plugins: the same functions that the dynamic provider has, with what only this
 * door can do. The engine tells which resource it is and which inputs are secrets; through the other door the SDK does.
 *
 * State is the same through both doors, `__provider` included, so that a stack may change from one to the other. Only here
 * an output that is known to be absent is null.
 */
import { type Config, openConnection } from "../connection";
import { handlerOf, IDENTITY, identityOf } from "../protocol";
import { type ResourceProvider, withPlainErrors } from "../pulumi/engine";
import { toldBySdk } from "../pulumi/inputs";
import { hasUnknowns } from "../pulumi/unknowns";
import type { World } from "../world";
import { answer, differences } from "./differences";
import { fleetHasNoId, readById } from "./import";
import { type Kind, kindOf, typeIn } from "./kinds";
import { inClear, marked, toldOfSecrets } from "./marks";
import type { Plain } from "./messages";
import { configOf } from "./settings";

/** A request about one resource. */
export interface About {
  readonly urn: string;
  /** Older engines do not tell it. */
  readonly type: string;
}

/** A kind of resource that is in use. */
interface Open {
  readonly kind: Kind;
  readonly core: ResourceProvider;
  /** What every resource of the kind has in its state to say whose it is. */
  readonly handler: { readonly __provider: string };
}

/** What the plugin does with resources, as the protocol has it. */
export type Resources = ReturnType<typeof openResources>;

/** Opens the kinds that are asked for. A request may come before `configure`; it waits then. */
export function openResources(world: World) {
  const kinds = new Map<string, Open>();
  let configured: Config | undefined;

  function openOf({ type, urn }: About): Open {
    const name = type || typeIn(urn);
    const known = kinds.get(name);
    if (known) return known;
    const kind = kindOf(name);
    if (kind === undefined) throw new Error(`this release of object-users has no resource ${JSON.stringify(name)}`);
    const core = kind.open(world);
    if (configured) void core.configure({ config: configured });
    const open = { kind, core, handler: { __provider: handlerOf(kind.name) } };
    kinds.set(name, open);
    return open;
  }

  /** Outputs as they are stored: marked, and null where there is nothing. */
  function stored({ kind, handler }: Open, outs: Plain, told: Plain): Plain {
    const absent = Object.fromEntries(kind.outputs.map((name) => [name, null]));
    return { ...absent, ...marked(outs, told), ...handler };
  }

  /** Runs what may leave a half-made resource; the engine stores what comes with the error. */
  async function orHalfMade<T>(open: Open, told: Plain, task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      const { properties } = error as { properties?: Plain };
      if (properties) Object.assign(error as object, { properties: stored(open, properties, told) });
      throw error;
    }
  }

  return {
    configure(args: Plain): void {
      configured = configOf(args);
      for (const { core } of kinds.values()) void core.configure({ config: configured });
    },

    async check(about: About, olds: Plain, news: Plain) {
      const { core, kind, handler } = openOf(about);
      const own = Object.entries(news).filter(([name, value]) => !name.startsWith("__") && value !== null);
      const told = { [IDENTITY]: identityOf(about.urn), ...toldOfSecrets(Object.fromEntries(own), kind.isFleet) };
      const given = inClear(Object.fromEntries(own));
      const { inputs, failures } = await core.check(inClear(olds), { ...given, ...told, ...handler });
      return { inputs: { ...marked(inputs, told), ...handler }, failures };
    },

    async diff(about: About, id: string, olds: Plain, oldInputs: Plain, news: Plain) {
      const { core, kind } = openOf(about);
      const [outs, before, now] = [olds, oldInputs, news].map(inClear) as [Plain, Plain, Plain];
      const result = await core.diff(id, outs, now);
      const shown = differences(shownOf(before), shownOf(now));
      const isInPlace = result.changes !== false && result.replaces.length === 0 && !hasUnknowns(now);
      if (!isInPlace || kind.isFleet) return answer(result, shown);
      const then = await core.foresee(outs, now);
      const ending = kind.outputs.filter((name) => (outs[name] ?? null) !== null && (then[name] ?? null) === null);
      return answer(result, shown, ending);
    },

    /**
     * What `create` will come to. Without an id, however well it is known: by it programs tell what is there already, and
     * look nothing up that is not.
     */
    async foreseeCreate(about: About, properties: Plain) {
      const open = openOf(about);
      const news = inClear(properties);
      return { id: "", properties: stored(open, await open.core.foresee(undefined, news), news) };
    },

    async create(about: About, properties: Plain) {
      const open = openOf(about);
      const news = inClear(properties);
      const { id, outs } = await orHalfMade(open, news, () => open.core.create(news));
      return { id, properties: stored(open, outs, news) };
    },

    /** What `update` will come to. */
    async foreseeUpdate(about: About, olds: Plain, news: Plain) {
      const open = openOf(about);
      const now = inClear(news);
      return { properties: stored(open, await open.core.foresee(inClear(olds), now), now) };
    },

    async update(about: About, id: string, olds: Plain, news: Plain) {
      const open = openOf(about);
      const now = inClear(news);
      const { outs } = await orHalfMade(open, now, () => open.core.update(id, inClear(olds), now));
      return { properties: stored(open, outs, now) };
    },

    /** A resource as it is: one that state knows, or (without state) one that has only an id. */
    async read(about: About, id: string, properties: Plain) {
      const open = openOf(about);
      const { core, kind, handler } = open;
      const props = inClear(properties);
      if (props.schemaVersion === undefined) return withPlainErrors(() => firstRead(open, about, id));
      const seen = await core.read(id, props);
      if (seen.id === "") return { id: "" };
      const told = toldBySdk(props);
      const inputs = { ...marked(seen.inputs ?? {}, told), ...handler };
      return { id: kind.id ?? seen.id, properties: stored(open, seen.props, told), inputs };
    },

    async delete(about: About, id: string, properties: Plain): Promise<void> {
      await openOf(about).core.delete(id, inClear(properties));
    },
  };

  async function firstRead(open: Open, { urn }: About, id: string) {
    const { kind, handler } = open;
    if (kind.isFleet) throw fleetHasNoId(kind.backend);
    if (configured === undefined) throw new Error("the plugin is not configured yet");
    const told = { [IDENTITY]: identityOf(urn) };
    const opened = openConnection(kind.backend, configured, world, world.log);
    const found = await readById(kind.backend, id, opened);
    const inputs = { ...marked({ ...found.inputs, ...told }, {}), ...handler };
    return { id: found.id, properties: stored(open, found.outs, {}), inputs };
  }
}

/** Inputs that people give: without what tells this provider which resource it is. */
function shownOf(inputs: Plain): Plain {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("__")));
}
