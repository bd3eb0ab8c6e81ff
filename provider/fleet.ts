/**
 * A resource that is many users: Pulumi's cost per resource grows with their number, a fleet's does not. The same inputs,
 * plan, steps, proofs and graces as single users, many at once; each member is on its own: one that fails does not stop
 * the others, and the next `up` goes on with it.
 */
import { isDeepStrictEqual } from "node:util";
import type { Backend } from "./backends/backend";
import { ObjectUserError, sentenceOf } from "./errors";
import { checkFleet, isUnknownFleet, knownMembersOf, membersOf, secretIfAny } from "./fleet-inputs";
import { byPresentNames, farewell, farewells, isRetained } from "./fleet-members";
import { type FleetState, readFleet, writeFleet } from "./fleet-state";
import { type Internals, takenApart, toldBySdk } from "./inputs";
import { describe, Unfinished } from "./lifecycle/reconcile";
import { beforeHandover } from "./lifecycle/retirement";
import { inParallel } from "./parallel";
import { every } from "./progress";
import { asSentences, halfMade, NO_CHANGE, type ResourceProvider, spoken, UP_TO_ENGINE } from "./pulumi";
import type { Inputs, Outputs, Remembered } from "./state";
import { hasUnknowns } from "./unknowns";
import { liveInputs, once, RELEASED, Users } from "./users";
import { world as realWorld, type World } from "./world";

/** The longest list of members in a message or a preview; the rest is counted. */
const SHOWN = 20;

/**
 * Members under way at once: as many as the connection takes requests, and more, because between its requests a member
 * may wait for the moment of its proof. All at once would only hold memory.
 */
const AT_ONCE = 128;

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
  async function settle(news: Inputs, remembered: FleetState): Promise<Outputs> {
    const { inputs, internals, asGiven } = takenApart(news);
    const wanted = membersOf(inputs);
    const before = byPresentNames(users, remembered, wanted);
    const { s3Endpoint } = await users.open();
    const after = new Map(before);
    const names = new Set([...before.keys(), ...wanted.keys()]);
    const failures = await each(names, (name) => settleMember(name, wanted.get(name), after, s3Endpoint, internals));
    if (failures.size === 0) return writeFleet(after, s3Endpoint, backend);
    for (const [name, { known, inputs }] of after) {
      after.set(name, { known: beforeHandover(known, before.get(name)?.known, backend.capabilities), inputs });
    }
    const outputs = writeFleet(after, s3Endpoint, backend);
    const { __provider } = asGiven;
    throw halfMade(title, failed(failures, names.size), { ...outputs, __provider });
  }

  /** One member: made, changed, deleted, or left alone without a request when state says that nothing is to be done. */
  async function settleMember(
    name: string,
    inputs: Inputs | undefined,
    members: Map<string, Remembered>,
    s3Endpoint: string | undefined,
    internals: Internals,
  ): Promise<void> {
    const former = members.get(name);
    if (former && (inputs === undefined || users.replacing(former.inputs, inputs).length > 0)) {
      await leave(name, former);
      members.delete(name);
    }
    if (inputs === undefined) return;
    const before = members.get(name);
    if (before && !looksFurther(inputs, before) && users.plan(inputs, before, s3Endpoint, internals).length === 0) {
      members.set(name, { known: before.known, inputs });
      return;
    }
    try {
      members.set(name, { known: await users.settle(inputs, before, internals), inputs });
    } catch (error) {
      const known = error instanceof Unfinished ? error.known : undefined;
      if (known) members.set(name, { known, inputs: before?.inputs ?? inputs });
      throw error;
    }
  }

  /** The fleet has no more to do with a member: its user is deleted, or left as it is. */
  async function leave(name: string, member: Remembered): Promise<void> {
    if (isRetained(member)) return say(`${title} ${name}: ${farewell(users, member)}`);
    const fate = await users.remove(member);
    if (fate === "released") say(`${title} ${name}: user ${JSON.stringify(users.nameOf(member.inputs))} ${RELEASED}`);
  }

  /** Does the task for every member, some at once; answers the sentences of those that failed, by name. */
  async function each(names: ReadonlySet<string>, task: (name: string) => Promise<void>): Promise<Map<string, string>> {
    const failures = new Map<string, string>();
    const progress = progressOf(names.size);
    await inParallel(names, AT_ONCE, async (name) => {
      await task(name).catch((error) => failures.set(name, sentenceOf(error)));
      progress();
    });
    return failures;
  }

  /** Says how far a long run is. */
  function progressOf(total: number): () => void {
    const { now, log } = users.world;
    let done = 0;
    const tell = every(PROGRESS_MS, now, () => log(`${title}: ${done} of ${total} done`));
    return () => {
      if (++done !== total) tell();
    };
  }

  return {
    async configure({ config }) {
      users.configure(config);
    },

    async check(olds, news) {
      const { inputs, failures: wrong } = checkFleet(users, olds, news);
      const failures = [...wrong, ...(await users.checkConnection())];
      if (failures.length === 0 && !isUnknownFleet(inputs)) {
        const before = takenApart(olds);
        const had =
          Object.keys(olds).length === 0 || isUnknownFleet(olds)
            ? undefined
            : { ...before.internals, inputs: knownMembersOf(olds) };
        await users.declares(takenApart(inputs).internals, knownMembersOf(inputs), had);
      }
      return { inputs, failures: asSentences(failures) };
    },

    diff: (_id, olds, news) =>
      spoken(async () => {
        const { inputs, internals } = takenApart(news);
        if (hasUnknowns(inputs)) return UP_TO_ENGINE;
        const wanted = membersOf(inputs);
        const remembered = remember(olds);
        const before = byPresentNames(users, remembered, wanted);
        const leaving = farewells(users, before, wanted);
        const steps = [...wanted].flatMap(([name, member]) => {
          const known = before.get(name);
          if (!known || users.replacing(known.inputs, member).length > 0) return [];
          return users.plan(member, known, olds.endpoint, internals).map((step) => [name, describe(step)] as const);
        });
        await users.keeps(internals, [...wanted.values()]);
        const moved = await users.movedFrom(olds.endpoint, before.values());
        for (const why of moved) say(`${title}: ${why}`);
        sayAll([...leaving, ...steps], (line) => say(`${title} ${line}`));
        const isComplete = isDeepStrictEqual([...remembered.keys()].sort(), [...wanted.keys()].sort());
        if (steps.length + moved.length > 0 || !isComplete) return { ...UP_TO_ENGINE, changes: true };
        const isSame = [...wanted].every(([name, member]) => isDeepStrictEqual(remembered.get(name)?.inputs, member));
        return isSame ? NO_CHANGE : UP_TO_ENGINE;
      }),

    create: (news) => spoken(async () => ({ id: title, outs: await settle(news, new Map()) })),

    update: (_id, olds, news) => spoken(async () => ({ outs: await settle(news, remember(olds)) })),

    read: (id, props) =>
      spoken(async () => {
        const members = remember(props);
        const live = new Map<string, Inputs>();
        const failures = await each(new Set(members.keys()), async (name) => {
          const member = members.get(name) as Remembered;
          const known = await users.look(member);
          if (known) members.set(name, { known, inputs: member.inputs });
          else members.delete(name);
          if (known) live.set(name, liveInputs(known, member.inputs));
        });
        if (failures.size > 0) throw notRead(title, failures, members.size);
        const { s3Endpoint } = await users.open();
        return {
          id,
          props: writeFleet(members, s3Endpoint, backend),
          inputs: { users: secretIfAny(Object.fromEntries(live)), ...toldBySdk(props) },
        };
      }),

    delete: (_id, props) =>
      spoken(async () => {
        const members = remember(props);
        const failures = await each(new Set(members.keys()), (name) => leave(name, members.get(name) as Remembered));
        if (failures.size > 0) throw notDeleted(title, failures, members.size);
      }),
  };
}

/** What state does not know, because nobody asked for it before: keys that are not ours. */
function looksFurther(inputs: Inputs, before: Remembered): boolean {
  return inputs.exclusiveKeys === true && before.inputs.exclusiveKeys !== true;
}

/** Says what is to be done, or the first of very much. */
function sayAll(lines: readonly (readonly [name: string, says: string])[], say: (line: string) => void): void {
  for (const [name, says] of lines.slice(0, SHOWN)) say(`${name}: ${says}`);
  if (lines.length > SHOWN) say(`and ${lines.length - SHOWN} steps more`);
}

/** How many members failed and what became of the others, then each that failed with its own sentence. */
function failed(failures: ReadonlyMap<string, string>, total: number): string {
  return [`${failures.size} of ${total} users failed, the others are done.`, ...byName(failures)].join("\n");
}

function byName(failures: ReadonlyMap<string, string>): string[] {
  const shown = [...failures].slice(0, SHOWN).map(([name, message]) => `${name}: ${message}`);
  return failures.size > SHOWN ? [...shown, `and ${failures.size - SHOWN} more`] : shown;
}

function notRead(title: string, failures: ReadonlyMap<string, string>, total: number): ObjectUserError {
  return new ObjectUserError({
    code: "unavailable",
    operation: "reading",
    subject: title,
    problem: `${failures.size} of ${total} users could not be read`,
    advice: ["State stays as it was.", ...byName(failures)].join("\n"),
  });
}

function notDeleted(title: string, failures: ReadonlyMap<string, string>, total: number): ObjectUserError {
  return new ObjectUserError({
    code: "conflict",
    operation: "deleting",
    subject: title,
    problem: `${failures.size} of ${total} users failed, the others are done`,
    advice: ["State still lists all: destroy again, or refresh before the next up.", ...byName(failures)].join("\n"),
  });
}
