/**
 * A resource that is one user: Pulumi's methods, and its rules for unknown values, half-made resources and secrets.
 */
import { isDeepStrictEqual } from "node:util";
import type { Backend } from "../backends/backend";
import { isObjectUserError } from "../errors";
import { describe } from "../lifecycle/reconcile";
import { Unfinished } from "../lifecycle/unfinished";
import { warningOfDeletion } from "../lifecycle/warning";
import { world as realWorld, type World } from "../world";
import { asSentences, initFailed, NO_CHANGE, type ResourceProvider, UP_TO_ENGINE, withPlainErrors } from "./engine";
import { foreseeUser } from "./foresee";
import { type Internals, isToldAsBefore, takenApart, toldBySdk } from "./inputs";
import { liveInputs } from "./live-inputs";
import { type Inputs, type Outputs, type Remembered, withoutNulls, withSecrets } from "./state";
import { hasUnknowns } from "./unknowns";
import { once, Users } from "./users";

export type { DiffResult, ResourceProvider } from "./engine";

/** The provider of a kind of user. `outside` is for tests; production has the real world. */
export function openResource(backend: Backend, outside: World = realWorld): ResourceProvider {
  const users = new Users(backend, outside, once(outside.log));

  /** Runs the lifecycle; a fault leaves a half-made resource that the next `up` goes on with. */
  async function reconcile(news: Inputs, before: Remembered | undefined): Promise<{ id: string; outs: Outputs }> {
    const { inputs, internals, asGiven } = takenApart(news);
    const { s3Endpoint } = await users.open();
    try {
      const known = await users.reconcile(inputs, before, internals);
      return { id: known.userId, outs: withSecrets(users.written(known, inputs, s3Endpoint)) };
    } catch (error) {
      if (!(error instanceof Unfinished) || error.known === undefined) throw error;
      const outputs = withSecrets(users.written(error.known, before?.inputs ?? inputs, s3Endpoint));
      const { __provider } = asGiven;
      throw initFailed(error.known.userId, error.message, { ...outputs, __provider });
    }
  }

  const warn = (inputs: Inputs, warning: string) =>
    users.announce(`warning: ${backend.resource} ${users.nameOf(inputs)}: ${warning}`);

  /** The resources that the program has declared by now. A refresh asks about them before the program does. */
  const declared = new Set<string>();

  /**
   * What an `up` would do, in words. A refresh asks, too, with inputs that state has from before a run that failed: that
   * nothing can be done for them is for the next `up` to say, and no reason for a refresh to fail.
   */
  function planned(inputs: Inputs, before: Remembered, endpoint: unknown, internals: Internals): string[] {
    try {
      const steps = users.plan(inputs, before, endpoint, internals);
      for (const warning of users.warnings(steps, before)) warn(inputs, warning);
      return steps.map(describe);
    } catch (error) {
      const isAsked = declared.has(internals.identity) && !isDeepStrictEqual(before.inputs, inputs);
      if (!isObjectUserError(error) || isAsked) throw error;
      return [error.message];
    }
  }

  return {
    async configure({ config }) {
      users.configure(config);
    },

    async check(olds, news) {
      const { inputs, failures: wrong } = users.check(olds, news);
      const failures = [...wrong, ...(await users.checkConnection())];
      if (failures.length === 0) failures.push(...(await users.checkRelease(inputs)));
      if (failures.length === 0) {
        const [before, now] = [takenApart(olds), takenApart(inputs)];
        const had = Object.keys(olds).length === 0 ? undefined : { ...before.internals, inputs: [before.inputs] };
        declared.add(now.internals.identity);
        await users.declares(now.internals, [now.inputs], had);
        failures.push(...(await users.contradictions(now.internals, now.inputs, before.inputs)));
      }
      return { inputs, failures: asSentences(failures) };
    },

    async diff(_id, stored, news) {
      const olds = withoutNulls(stored);
      const { inputs, internals } = takenApart(news);
      await withPlainErrors(() => users.replacements.compare(olds, inputs));
      const replaces = users.replacements.by(olds, inputs);
      if (replaces.length > 0) {
        const warning = warningOfDeletion(backend.capabilities);
        // Pulumi does not tell whether the old one is to be retained.
        if (warning)
          warn(users.remember(olds).inputs, `is replaced, and without retainOnDelete deleted; its ${warning}`);
        return { replaces, deleteBeforeReplace: users.replacements.excludesOld(olds, inputs) };
      }
      if (hasUnknowns(inputs)) return UP_TO_ENGINE;
      const before = users.remember(olds);
      await users.keeps(internals, [inputs], [before]);
      const steps = await withPlainErrors(() => planned(inputs, before, olds.endpoint, internals));
      const name = users.nameOf(inputs);
      const moved = await users.movedFrom(olds.endpoint, [before]);
      for (const why of [...steps, ...moved]) users.announce(`${backend.resource} ${name}: ${why}`);
      if (steps.length + moved.length > 0) return { ...UP_TO_ENGINE, changes: true };
      if (isDeepStrictEqual(before.inputs, inputs)) return NO_CHANGE;
      return isToldAsBefore(olds, news) ? UP_TO_ENGINE : { ...UP_TO_ENGINE, changes: true };
    },

    create: (news) => withPlainErrors(() => reconcile(news, undefined)),

    update: (_id, olds, news) => withPlainErrors(() => reconcile(news, users.remember(olds))),

    foresee: (olds, news) =>
      withPlainErrors(async () => {
        const opened = await users.open();
        return foreseeUser(users, olds && users.remember(olds), news, opened);
      }),

    read: (id, props) =>
      withPlainErrors(async () => {
        const before = users.remember(props);
        const seen = await users.look(before);
        if (seen === undefined) return { id: "", props: {} };
        const { s3Endpoint } = await users.open();
        const outputs = users.written(seen, before.inputs, s3Endpoint);
        const inputs = { ...liveInputs(seen, before.inputs, backend), ...toldBySdk(props) };
        return { id, props: withSecrets(outputs), inputs: withSecrets(inputs) };
      }),

    delete: (_id, props) =>
      withPlainErrors(async () => {
        const before = users.remember(props);
        const fate = await users.remove(before);
        if (fate === "released")
          outside.log(`${backend.resource} ${users.nameOf(before.inputs)}: ${users.released(before.inputs)}`);
      }),
  };
}
