/**
 * A resource that is many users: Pulumi's cost per resource grows with their number, a fleet's does not. The same inputs,
 * plan, steps, proofs and graces as single users, many at once; each member is on its own: one that fails does not stop
 * the others, and the next `up` goes on with it.
 */
import { isDeepStrictEqual } from "node:util";
import { type Backend, capabilitiesOf } from "../../backends/backend";
import { type ObjectUserError, sentenceOf } from "../../errors";
import { describe } from "../../lifecycle/reconcile";
import { beforeHandover } from "../../lifecycle/retirement";
import { Unfinished } from "../../lifecycle/unfinished";
import { world as realWorld, type World } from "../../world";
import { asSentences, initFailed, NO_CHANGE, type ResourceProvider, UP_TO_ENGINE, withPlainErrors } from "../engine";
import { type CheckFailure, type Internals, isToldAsBefore, takenApart, toldBySdk } from "../inputs";
import { liveInputs } from "../live-inputs";
import { type Inputs, type Outputs, type Remembered, withoutNulls } from "../state";
import { hasUnknowns } from "../unknowns";
import { once, Users } from "../users";
import { atOnce } from "./at-once";
import { failed, notDeleted, notRead, SHOWN } from "./failures";
import { foreseeFleet } from "./foresee";
import {
  checkFleet,
  isUnknownFleet,
  knownMembersOf,
  markSecrets,
  membersOf,
  ownInputs,
  pathOf,
  secretIfAny,
  withOptions,
} from "./inputs";
import { assign, listed } from "./members";
import { departure, departures, isInTheWay, isRetained, protectedRemovals, tooManyRemovals } from "./removals";
import { type FleetState, readFleet, writeFleet } from "./state";
import { warningsOf } from "./warnings";

/**
 * Pulumi asks about a program's resources within moments of each other, and acts meanwhile: so long a user that is to leave
 * stays for another resource to say that it has it now.
 */
const FAREWELL_MS = 1_000;

/** The provider of a fleet of a kind of user. `outside` is for tests; production has the real world. */
export function openFleet(backend: Backend, outside: World = realWorld): ResourceProvider {
  // What is to be done is said once for all members; each step of each of them would be too much to read.
  const users = new Users(backend, outside, () => {});
  const say = once(outside.log);
  const title = `${backend.resource}s`;
  const { each, progressOf } = atOnce(title, outside);
  const remember = (outputs: Outputs) => readFleet(outputs, backend);
  /** What programs declared in this process. */
  const declared: Inputs[] = [];

  /**
   * Brings every member to what it should be; those that fail keep what is known of them. Users leave last, when all
   * others are done: what takes their place is there then, and the run knows most of who else declares them. Only one
   * that is in the way of another leaves first.
   */
  async function reconcile(news: Inputs, remembered: FleetState): Promise<Outputs> {
    const { inputs, internals, asGiven } = takenApart(news);
    const wanted = membersOf(inputs);
    await compare(remembered, wanted);
    const { staying, leaving } = assign(users, remembered, wanted);
    const refusal = refuseRemovals(leaving, remembered.size, inputs.allowRemovals);
    if (refusal) throw refusal;
    const { s3Endpoint } = await users.open();
    const written = (members: FleetState) => ({ ...ownInputs(inputs), ...writeFleet(members, s3Endpoint, backend) });
    const settled = new Map(staying);
    const remaining = new Map(leaving);
    const total = wanted.size + leaving.size;
    const progress = progressOf(total);
    const depart = async (names: readonly string[]) => {
      if (names.length > 0) await users.world.sleep(FAREWELL_MS);
      const departOne = async (name: string) => {
        await leave(name, remaining.get(name) as Remembered);
        remaining.delete(name);
      };
      return each(names, departOne, progress);
    };

    const early = [...leaving].filter(([, member]) => isInTheWay(users, member, wanted)).map(([name]) => name);
    const blocked = await depart(early);
    const due = [...wanted.keys()].filter((name) => staying.has(name) || !blocked.has(name));
    const settleOne = (name: string) => settleMember(name, wanted.get(name) as Inputs, settled, s3Endpoint, internals);
    const undone = await each(due, settleOne, progress);
    const late = [...remaining.keys()].filter((name) => !blocked.has(name) && !undone.has(name));
    const stuck = await depart(late);

    if (blocked.size + undone.size + stuck.size === 0) return written(settled);
    for (const [name, { known, inputs }] of settled) {
      const before = staying.get(name)?.known;
      settled.set(name, { known: beforeHandover(known, before, capabilitiesOf(backend, inputs)), inputs });
    }
    const done = new Set(due.filter((name) => !undone.has(name)));
    const { members, nameOf } = listed(settled, remaining, (name) => done.has(name));
    const stayed = [...blocked, ...stuck].map(([name, says]) => [nameOf(name), says] as const);
    const failures = new Map([...undone, ...stayed]);
    throw initFailed(title, failed(failures, total), { ...written(members), __provider: asGiven.__provider });
  }

  async function checkReleaseOf(inputs: Inputs): Promise<CheckFailure[]> {
    for (const [name, member] of isUnknownFleet(inputs) ? [] : knownMembersOf(inputs)) {
      const failures = await users.checkRelease(member);
      // What one member cannot have, none can.
      if (failures.length > 0) return failures.map((one) => ({ ...one, property: pathOf(name, one.property) }));
    }
    return [];
  }

  /** Finds out which members only look replaced. */
  async function compare(remembered: FleetState, wanted: ReadonlyMap<string, Inputs>): Promise<void> {
    for (const [name, inputs] of wanted)
      await users.replacements.compare(remembered.get(name)?.inputs ?? inputs, inputs);
  }

  /** Why this run may not delete what it would; `allowRemovals` may be a value that is not known yet. */
  function refuseRemovals(leaving: FleetState, total: number, allowRemovals: unknown): ObjectUserError | undefined {
    const isGuarded = allowRemovals === undefined || allowRemovals === false;
    return (
      protectedRemovals(users, "updating", title, leaving) ??
      (isGuarded ? tooManyRemovals(users, title, leaving, total) : undefined)
    );
  }

  /** One member: made, changed, or left alone without a request when state says that nothing is to be done. */
  async function settleMember(
    name: string,
    inputs: Inputs,
    members: Map<string, Remembered>,
    s3Endpoint: string | undefined,
    internals: Internals,
  ): Promise<void> {
    const before = members.get(name);
    // What may become of the user counts also when nothing else can be done.
    if (before) members.set(name, { known: before.known, inputs: withOptions(before.inputs, inputs) });
    const isLookedAt = before === undefined || looksFurther(users, inputs, before) || (await users.isElsewhere(before));
    if (!isLookedAt && users.plan(inputs, before, s3Endpoint, internals).length === 0) {
      members.set(name, { known: before.known, inputs });
      return;
    }
    try {
      members.set(name, { known: await users.reconcile(inputs, before, internals), inputs });
    } catch (error) {
      const known = error instanceof Unfinished ? error.known : undefined;
      if (known) members.set(name, { known, inputs: withOptions(before?.inputs ?? inputs, inputs) });
      throw error;
    }
  }

  /** What the next run does with a member, and what people should hear before, a clause each; if it can only fail, why. */
  function planned(inputs: Inputs, before: Remembered, s3Endpoint: unknown, internals: Internals) {
    try {
      const steps = users.plan(inputs, before, s3Endpoint, internals);
      return { says: steps.map(describe), warnings: users.warnings(steps, before) };
    } catch (error) {
      return { says: [sentenceOf(error)], warnings: [] };
    }
  }

  /** The fleet has no more to do with a member: its user is deleted, or left as it is. Every deletion goes this way. */
  async function leave(name: string, member: Remembered): Promise<void> {
    if (isRetained(member)) return say(`${title} ${name}: ${departure(users, member)}`);
    const fate = await users.remove(member);
    if (fate === "released")
      say(`${title} ${name}: ${users.managed(member.inputs).subject} ${users.released(member.inputs)}`);
  }

  return {
    async configure({ config }) {
      users.configure(config);
    },

    async check(olds, news) {
      const { inputs, failures: wrong } = checkFleet(users, olds, news);
      const failures = [...wrong, ...(await users.checkConnection())];
      if (failures.length === 0) failures.push(...(await checkReleaseOf(inputs)));
      declared.push(takenApart(inputs).inputs);
      if (failures.length === 0 && !isUnknownFleet(inputs)) {
        const before = takenApart(olds);
        const had =
          Object.keys(olds).length === 0 || isUnknownFleet(olds)
            ? undefined
            : { ...before.internals, inputs: [...knownMembersOf(olds).values()] };
        const { internals } = takenApart(inputs);
        const members = knownMembersOf(inputs);
        await users.declares(internals, [...members.values()], had);
        for (const [name, member] of members)
          for (const one of await users.contradictions(internals, member))
            failures.push({ ...one, property: pathOf(name, one.property) });
      }
      return { inputs: markSecrets(inputs), failures: asSentences(failures) };
    },

    diff: (_id, stored, news) =>
      withPlainErrors(async () => {
        const olds = withoutNulls(stored);
        const { inputs, internals } = takenApart(news);
        if (hasUnknowns({ ...inputs, allowRemovals: undefined })) return UP_TO_ENGINE;
        const wanted = membersOf(inputs);
        const remembered = remember(olds);
        await compare(remembered, wanted);
        const { staying, leaving } = assign(users, remembered, wanted);
        const refusal = refuseRemovals(leaving, remembered.size, inputs.allowRemovals);
        // A refresh asks, too, with inputs that state has from before a run that failed. Nothing is about to be done then.
        if (refusal && declared.some((program) => isDeepStrictEqual(program, inputs))) throw refusal;
        const plans = [...wanted].flatMap(([name, member]) => {
          const known = staying.get(name);
          return known ? [{ name, ...planned(member, known, olds.endpoint, internals) }] : [];
        });
        const steps = plans.flatMap(({ name, says }) => says.map((one) => [name, one] as const));
        for (const line of warningsOf(title, plans, leaving, backend.capabilities)) say(line);
        await users.keeps(internals, [...wanted.values()], staying.values());
        const moved = await users.movedFrom(olds.endpoint, remembered.values());
        for (const why of moved) say(`${title}: ${why}`);
        sayAll([...departures(users, leaving, wanted), ...steps], (line) => say(`${title} ${line}`));
        const isComplete = isDeepStrictEqual([...remembered.keys()].sort(), [...wanted.keys()].sort());
        if (steps.length + moved.length > 0 || !isComplete) return { ...UP_TO_ENGINE, changes: true };
        const isSame = ([name, member]: [string, Inputs]) => isDeepStrictEqual(remembered.get(name)?.inputs, member);
        const isAllSame = isDeepStrictEqual(ownInputs(olds), ownInputs(inputs)) && [...wanted].every(isSame);
        if (isAllSame) return NO_CHANGE;
        return isToldAsBefore(olds, news) ? UP_TO_ENGINE : { ...UP_TO_ENGINE, changes: true };
      }),

    create: (news) => withPlainErrors(async () => ({ id: title, outs: await reconcile(news, new Map()) })),

    update: (_id, olds, news) => withPlainErrors(async () => ({ outs: await reconcile(news, remember(olds)) })),

    foresee: (olds, news) =>
      withPlainErrors(async () => {
        const opened = await users.open();
        return foreseeFleet(users, olds && remember(olds), news, opened);
      }),

    read: (id, props) =>
      withPlainErrors(async () => {
        const members = remember(props);
        const live = new Map<string, Inputs>();
        const failures = await each([...members.keys()], async (name) => {
          const member = members.get(name) as Remembered;
          const known = await users.look(member);
          if (known) members.set(name, { known, inputs: member.inputs });
          else members.delete(name);
          if (known) live.set(name, liveInputs(known, member.inputs, backend));
        });
        if (failures.size > 0) throw notRead(title, failures, members.size);
        const { s3Endpoint } = await users.open();
        return {
          id,
          props: { ...ownInputs(props), ...writeFleet(members, s3Endpoint, backend) },
          inputs: { ...ownInputs(props), users: secretIfAny(Object.fromEntries(live)), ...toldBySdk(props) },
        };
      }),

    delete: (_id, props) =>
      withPlainErrors(async () => {
        const members = remember(props);
        const deleted = new Map(members);
        for (const [name, member] of members) if (await users.isNeeded(member)) deleted.delete(name);
        const refusal = protectedRemovals(users, "deleting", title, deleted);
        if (refusal) throw refusal;
        for (const line of warningsOf(title, [], deleted, backend.capabilities)) say(line);
        const failures = await each([...members.keys()], (name) => leave(name, members.get(name) as Remembered));
        if (failures.size > 0) throw notDeleted(title, failures, members.size);
      }),
  };
}

/** What state does not know, because nobody asked for it before: keys that are not ours, settings with a request of their own. */
function looksFurther({ backend }: Users, inputs: Inputs, before: Remembered): boolean {
  const asksMore = !isDeepStrictEqual(backend.specOf(inputs).where, backend.specOf(before.inputs).where);
  return asksMore || (inputs.exclusiveKeys === true && before.inputs.exclusiveKeys !== true);
}

/** Says what is to be done, or the first of very much. */
function sayAll(lines: readonly (readonly [name: string, says: string])[], say: (line: string) => void): void {
  for (const [name, says] of lines.slice(0, SHOWN)) say(`${name}: ${says}`);
  if (lines.length > SHOWN) say(`and ${lines.length - SHOWN} steps more`);
}
