/**
 * A resource that is one user: Pulumi's methods, and its rules for unknown values, half-made resources and secrets.
 */
import type { Backend } from "./backends/backend";
import { describe, Unfinished } from "./lifecycle/reconcile";
import { liveInputs } from "./live-inputs";
import { asSentences, halfMade, type ResourceProvider, spoken, UP_TO_ENGINE } from "./pulumi";
import { type Inputs, type Outputs, type Remembered, withSecrets } from "./state";
import { hasUnknowns } from "./unknowns";
import { once, Users } from "./users";
import { world as realWorld, type World } from "./world";

export type { DiffResult, ResourceProvider } from "./pulumi";

/** The provider of a kind of user. `outside` is for tests; production has the real world. */
export function openResource(backend: Backend, outside: World = realWorld): ResourceProvider {
  const users = new Users(backend, outside, once(outside.log));

  /** Runs the lifecycle; a fault leaves a half-made resource that the next `up` goes on with. */
  async function settle(news: Inputs, before: Remembered | undefined): Promise<{ id: string; outs: Outputs }> {
    const { __provider, ...inputs } = news;
    const { s3Endpoint } = await users.open();
    try {
      const known = await users.settle(inputs, before);
      return { id: known.userId, outs: withSecrets(users.written(known, inputs, s3Endpoint)) };
    } catch (error) {
      if (!(error instanceof Unfinished) || error.known === undefined) throw error;
      const outputs = withSecrets(users.written(error.known, before?.inputs ?? inputs, s3Endpoint));
      throw halfMade(error.known.userId, error.message, { ...outputs, __provider });
    }
  }

  return {
    async configure({ config }) {
      users.configure(config);
    },

    async check(olds, news) {
      const { inputs, failures } = users.check(olds, news);
      return { inputs, failures: asSentences([...failures, ...(await users.checkConnection())]) };
    },

    async diff(_id, olds, news) {
      const { __provider: _, ...inputs } = news;
      const replaces = users.replacing(olds, inputs);
      if (replaces.length > 0) return { replaces, deleteBeforeReplace: users.excludesOld(olds, inputs) };
      if (hasUnknowns(inputs)) return UP_TO_ENGINE;
      const steps = await spoken(() => users.plan(inputs, users.remember(olds), olds.endpoint));
      const name = users.nameOf(inputs);
      const moved = await users.movedFrom(olds.endpoint);
      for (const why of [...steps.map(describe), ...moved]) users.announce(`${backend.resource} ${name}: ${why}`);
      return steps.length + moved.length > 0 ? { ...UP_TO_ENGINE, changes: true } : UP_TO_ENGINE;
    },

    create: (news) => spoken(() => settle(news, undefined)),

    update: (_id, olds, news) => spoken(() => settle(news, users.remember(olds))),

    read: (id, props) =>
      spoken(async () => {
        const before = users.remember(props);
        const seen = await users.look(before);
        if (seen === undefined) return { id: "", props: {} };
        const { s3Endpoint } = await users.open();
        const outputs = users.written(seen, before.inputs, s3Endpoint);
        return { id, props: withSecrets(outputs), inputs: withSecrets(liveInputs(seen, before.inputs, backend)) };
      }),

    delete: (_id, props) => spoken(() => users.remove(users.remember(props))),
  };
}
