/**
 * A resource that is many users: Pulumi's cost per resource grows with their number, a fleet's does not. The same inputs,
 * plan, steps, proofs and graces as single users, many at once; each member is on its own: one that fails does not stop
 * the others, and the next `up` goes on with it.
 */
import { isDeepStrictEqual } from "node:util";
import type { Backend } from "./backends/backend";
import { ObjectUserError } from "./errors";
import { checkFleet, membersOf, secretIfAny } from "./fleet-inputs";
import { type FleetState, readFleet, writeFleet } from "./fleet-state";
import type { Step } from "./lifecycle/model";
import { describe, Unfinished } from "./lifecycle/reconcile";
import { inParallel } from "./parallel";
import { asSentences, halfMade, type ResourceProvider, spoken, UP_TO_ENGINE } from "./pulumi";
import type { Inputs, Outputs, Remembered } from "./state";
import { hasUnknowns } from "./unknowns";
import { liveInputs, once, Users } from "./users";
import { world as realWorld, type World } from "./world";

/** The longest list of members in a message or a preview; the rest is counted. */
const SHOWN = 20;

/** Members under way at once; the connection's own limit is lower. More would only wait, and hold memory meanwhile. */
const AT_ONCE = 64;

/** Progress is said this often, in milliseconds. */
const PROGRESS_MS = 5_000;

/** The provider of a fleet of a kind of user. `outside` is for tests; production has the real world. */
export function openFleet(backend: Backend, outside: World = realWorld): ResourceProvider {
  // What is to be done is said once for all members; each step of each of them would be too much to read.
  const users = new Users(backend, outside, () => {});
  const say = once(outside.log);
  const title = `${backend.resource}s`;
  const remember = (outputs: Outputs) => readFleet(outputs, backend);

  /** Brings every member to what it should be; those that fail keep what is known of them. */
  async function settle(news: Inputs, before: FleetState): Promise<Outputs> {
    const { __provider, ...inputs } = news;
    const wanted = membersOf(inputs);
    const { s3Endpoint } = await users.open();
    const after = new Map(before);
    const failures = new Map<string, string>();
    const names = [...new Set([...before.keys(), ...wanted.keys()])];
    const progress = progressOf(names.length);

    await inParallel(names, AT_ONCE, async (name) => {
      try {
        const member = await settleMember(wanted.get(name), before.get(name), s3Endpoint);
        if (member) after.set(name, member);
        else after.delete(name);
      } catch (error) {
        failures.set(name, error instanceof Error ? error.message : "unknown fault");
        const known = error instanceof Unfinished ? error.known : undefined;
        const declared = before.get(name)?.inputs ?? wanted.get(name);
        if (known && declared) after.set(name, { known, inputs: declared });
      } finally {
        progress();
      }
    });

    const outputs = writeFleet(after, s3Endpoint, backend);
    if (failures.size > 0) throw halfMade(title, failed(failures, names.length), { ...outputs, __provider });
    return outputs;
  }

  /** One member: made, changed, deleted, or left alone without a request when state says that nothing is to be done. */
  async function settleMember(
    inputs: Inputs | undefined,
    before: Remembered | undefined,
    s3Endpoint: string | undefined,
  ): Promise<Remembered | undefined> {
    if (before && (inputs === undefined || users.replacing(before.inputs, inputs).length > 0)) {
      await users.remove(before);
      return inputs && { known: await users.settle(inputs, undefined), inputs };
    }
    if (inputs === undefined) return undefined;
    if (before && !looksFurther(inputs, before) && users.plan(inputs, before, s3Endpoint).length === 0) {
      return { known: before.known, inputs };
    }
    return { known: await users.settle(inputs, before), inputs };
  }

  /** Says how far a long run is. */
  function progressOf(total: number): () => void {
    let done = 0;
    let said = users.world.now().getTime();
    return () => {
      done++;
      const now = users.world.now().getTime();
      if (done === total || now - said < PROGRESS_MS) return;
      said = now;
      users.world.log(`${title}: ${done} of ${total} done`);
    };
  }

  return {
    async configure({ config }) {
      users.configure(config);
    },

    async check(olds, news) {
      const { inputs, failures } = checkFleet(users, olds, news);
      return { inputs, failures: asSentences([...failures, ...(await users.checkConnection())]) };
    },

    diff: (_id, olds, news) =>
      spoken(async () => {
        const { __provider: _, ...inputs } = news;
        if (hasUnknowns(inputs)) return UP_TO_ENGINE;
        const before = remember(olds);
        const steps = [...membersOf(inputs)].flatMap(([name, member]) => {
          const known = before.get(name);
          if (!known || users.replacing(known.inputs, member).length > 0) return [];
          return users.plan(member, known, olds.endpoint).map((step) => [name, step] as const);
        });
        const moved = await users.movedFrom(olds.endpoint);
        for (const why of moved) say(`${title}: ${why}`);
        sayAll(steps, (line) => say(`${title} ${line}`));
        const isComplete = isDeepStrictEqual([...before.keys()].sort(), [...membersOf(inputs).keys()].sort());
        return steps.length + moved.length > 0 || !isComplete ? { ...UP_TO_ENGINE, changes: true } : UP_TO_ENGINE;
      }),

    create: (news) => spoken(async () => ({ id: title, outs: await settle(news, new Map()) })),

    update: (_id, olds, news) => spoken(async () => ({ outs: await settle(news, remember(olds)) })),

    read: (id, props) =>
      spoken(async () => {
        const before = remember(props);
        const after = new Map(before);
        const live = new Map<string, Inputs>();
        await inParallel(before, AT_ONCE, async ([name, member]) => {
          const known = await users.look(member);
          if (known) after.set(name, { known, inputs: member.inputs });
          else after.delete(name);
          if (known) live.set(name, liveInputs(known, member.inputs));
        });
        const { s3Endpoint } = await users.open();
        return {
          id,
          props: writeFleet(after, s3Endpoint, backend),
          inputs: { users: secretIfAny(Object.fromEntries(live)) },
        };
      }),

    delete: (_id, props) =>
      spoken(async () => {
        const failures = new Map<string, string>();
        const members = remember(props);
        const progress = progressOf(members.size);
        await inParallel(members, AT_ONCE, async ([name, member]) => {
          await users.remove(member).catch((error: Error) => failures.set(name, error.message));
          progress();
        });
        if (failures.size > 0) throw notDeleted(title, failed(failures, members.size));
      }),
  };
}

/** What state does not know, because nobody asked for it before: keys that are not ours. */
function looksFurther(inputs: Inputs, before: Remembered): boolean {
  return inputs.exclusiveKeys === true && before.inputs.exclusiveKeys !== true;
}

/** Says each step, or the first of very many. */
function sayAll(steps: readonly (readonly [string, Step])[], say: (line: string) => void): void {
  for (const [name, step] of steps.slice(0, SHOWN)) say(`${name}: ${describe(step)}`);
  if (steps.length > SHOWN) say(`and ${steps.length - SHOWN} steps more`);
}

function failed(failures: ReadonlyMap<string, string>, total: number): string {
  const shown = [...failures].slice(0, SHOWN).map(([name, message]) => `${name}: ${message}`);
  const more = failures.size > SHOWN ? [`and ${failures.size - SHOWN} more`] : [];
  return [`${failures.size} of ${total} users failed, the others are done.`, ...shown, ...more].join("\n");
}

function notDeleted(title: string, problem: string): ObjectUserError {
  return new ObjectUserError({
    code: "conflict",
    operation: "deleting",
    subject: title,
    problem,
    advice: "Run again; what is gone already stays gone.",
  });
}
