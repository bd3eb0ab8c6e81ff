/**
 * A provider behind the packaged plugin's own functions, called as its service calls them, without a port. The engine of the
 * walks knows dynamic providers; what packaged ones are told besides comes from the call that is under way.
 */
import type { Backend } from "../../provider/backends/backend";
import { cancellable } from "../../provider/packaged/cancel";
import { kindOf, typeOf } from "../../provider/packaged/kinds";
import { openResources } from "../../provider/packaged/resources";
import type { ResourceProvider } from "../../provider/pulumi/engine";
import { definedOnly, type Outputs, withoutNulls } from "../../provider/pulumi/state";
import type { World } from "../../provider/world";
import { settingsOf } from "../packaged/door";
import type { System } from "./system";
import type { Wire } from "./wire";

/** How the walks open a provider; `wire` knows the call of the engine that it answers, and when the run is cancelled. */
export type Door = (backend: Backend, isFleet: boolean, world: World, wire: Wire) => ResourceProvider;

/** The same system behind the packaged door. */
export function packaged(system: System): System {
  return { ...system, name: `${system.name}, by the packaged plugin`, door: throughResources };
}

const throughResources: Door = (backend, isFleet, outside, wire) => {
  const { world, cancel } = cancellable(outside);
  wire.enders.add(cancel);
  const underWay = () => wire.calls.getStore();
  const resources = openResources(world);
  const type = typeOf(isFleet ? `${backend.resource}s` : backend.resource);
  const about = () => ({ urn: underWay()?.urn ?? "", type });
  const outputs = kindOf(type)?.outputs ?? [];
  /** Outputs as the plugin has stored them, whose nulls the walk does not keep. */
  const stored = (values: Outputs): Outputs => ({
    ...Object.fromEntries(outputs.map((name) => [name, null])),
    ...definedOnly(values),
  });
  const kept = ({ properties }: { readonly properties?: Outputs }) => withoutNulls(properties ?? {});
  const orHalfMade = <T>(task: Promise<T>): Promise<T> =>
    task.catch((error) => {
      if (error.properties) error.properties = kept(error);
      throw error;
    });

  return {
    configure: async ({ config }) => resources.configure(settingsOf(backend, config)),
    check: (olds, news) => resources.check(about(), definedOnly(olds), definedOnly(news)),
    async diff(id, olds, news) {
      const { inputs = {} } = underWay() ?? {};
      const answer = await resources.diff(about(), id, stored(olds), { ...inputs }, definedOnly(news));
      const { changes, replaces = [], deleteBeforeReplace = false } = answer as Partial<Answer>;
      return { changes: changes === 2, replaces, deleteBeforeReplace };
    },
    async create(news) {
      const made = await orHalfMade(resources.create(about(), definedOnly(news)));
      return { id: made.id, outs: kept(made) };
    },
    update: async (id, olds, news) => ({
      outs: kept(await orHalfMade(resources.update(about(), id, stored(olds), definedOnly(news)))),
    }),
    async foresee(olds, news) {
      const now = definedOnly(news);
      return olds
        ? (await resources.foreseeUpdate(about(), stored(olds), now)).properties
        : (await resources.foreseeCreate(about(), now)).properties;
    },
    async read(id, props) {
      const seen = await resources.read(about(), id, stored(props));
      if (seen.id === "" || !("properties" in seen)) return { id: "", props: {} };
      return { id: seen.id, props: kept(seen), inputs: seen.inputs ?? {} };
    },
    delete: (id, props) => resources.delete(about(), id, stored(props)),
  };
};

interface Answer {
  readonly changes: number;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}
