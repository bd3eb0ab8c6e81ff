/**
 * Pulumi's side of a resource: the methods of a dynamic provider, and the rules Pulumi has for them. Unknown values,
 * check failures, half-made resources, secrets, plain results; of the lifecycle only where it begins and ends.
 *
 * Nothing here imports Pulumi: a dynamic provider is any object with these methods.
 */
import { isDeepStrictEqual } from "node:util";
import type { Backend, Connection } from "./backends/backend";
import { type Config, openConnection } from "./connection";
import { ObjectUserError } from "./errors";
import { type CheckFailure, checkInputs, specOf } from "./inputs";
import type { Context } from "./lifecycle/context";
import type { Known } from "./lifecycle/model";
import { observe } from "./lifecycle/observe";
import { plan } from "./lifecycle/plan";
import { describe, reconcile, Unfinished } from "./lifecycle/reconcile";
import { refOf } from "./lifecycle/user-api";
import { Locks } from "./locks";
import { definedOnly, type Inputs, type Outputs, type Remembered, read, withSecrets, write } from "./state";
import { hasUnknowns } from "./unknowns";
import { world as realWorld, type World } from "./world";

/** The methods that Pulumi's plugin for dynamic resources calls. */
export interface ResourceProvider {
  configure(request: { config: Config }): Promise<void>;
  check(olds: Inputs, news: Inputs): Promise<{ inputs: Inputs; failures: CheckFailure[] }>;
  diff(id: string, olds: Outputs, news: Inputs): Promise<DiffResult>;
  create(news: Inputs): Promise<{ id: string; outs: Outputs }>;
  read(id: string, props: Outputs): Promise<{ id: string; props: Outputs; inputs?: Inputs }>;
  update(id: string, olds: Outputs, news: Inputs): Promise<{ outs: Outputs }>;
  delete(id: string, props: Outputs): Promise<void>;
}

/** Pulumi's answer to "what would change". `changes` undefined lets the engine compare and show the inputs. */
export interface DiffResult {
  readonly changes?: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

/** The provider of a kind of user. `outside` is for tests; production has the real world. */
export function openResource(backend: Backend, outside: World = realWorld): ResourceProvider {
  const world = { ...outside, log: once(outside.log) };
  const locks = new Locks();
  const made = new Set<string>();
  const configured = deferred<Config>();
  let opening: Promise<Context & Connection> | undefined;

  /** Pulumi may call other methods before `configure` has ended, so each of them waits for it here. */
  const open = () => {
    opening ??= configured.promise.then((config) => openConnection(backend, config, world));
    return opening;
  };
  const remember = (outputs: Outputs) => read(outputs, backend.settings, backend.defaults);
  const nameOf = (inputs: Inputs) => backend.specOf(inputs).name;
  const outputsOf = (known: Known, inputs: Inputs, s3Endpoint: string | undefined) =>
    withSecrets(write(known, inputs, s3Endpoint, backend.defaults));

  /** Runs the lifecycle; a fault leaves a half-made resource that the next `up` goes on with. */
  async function run(news: Inputs, before: Remembered | undefined): Promise<{ id: string; outs: Outputs }> {
    const { __provider, ...inputs } = news;
    const opened = await open();
    const spec = specOf(backend, inputs, opened.s3Endpoint);
    return locks.hold(spec.name, async () => {
      if (before === undefined && made.has(spec.name)) throw withoutStack(madeTwice(spec.name));
      try {
        const known = await reconcile(spec, before?.known, opened);
        if (before === undefined) made.add(spec.name);
        return { id: known.userId, outs: outputsOf(known, inputs, opened.s3Endpoint) };
      } catch (error) {
        if (!(error instanceof Unfinished) || error.known === undefined) throw withoutStack(error);
        const outputs = outputsOf(error.known, before?.inputs ?? inputs, opened.s3Endpoint);
        throw halfMade(error.known.userId, error.message, { ...outputs, __provider });
      }
    });
  }

  return {
    async configure(request) {
      configured.resolve(request.config);
    },

    async check(olds, news) {
      const checked = checkInputs(backend, olds, news);
      const unusable = await open().then(
        () => [],
        (error: Error) => [{ property: "", reason: error.message }],
      );
      return { inputs: checked.inputs, failures: [...checked.failures, ...unusable] };
    },

    async diff(id, olds, news) {
      const { __provider: _, ...inputs } = news;
      const replaces = backend.replaceOn.filter((name) => !isDeepStrictEqual(olds[name], inputs[name]));
      if (replaces.length > 0) return { replaces, deleteBeforeReplace: keepsUnique(backend, olds, inputs) };
      if (hasUnknowns(inputs)) return UP_TO_ENGINE;
      const { known } = await Promise.resolve(olds).then(remember).catch(rejectWithoutStack);
      const spec = specOf(backend, inputs, olds.endpoint);
      const steps = await Promise.resolve()
        .then(() => plan(spec, known, backend.capabilities, world.now()))
        .catch(rejectWithoutStack);
      for (const step of steps) world.log(`${backend.resource} ${id}: ${describe(step)}`);
      return steps.length > 0 ? { ...UP_TO_ENGINE, changes: true } : UP_TO_ENGINE;
    },

    async create(news) {
      return run(news, undefined);
    },

    async read(id, props) {
      const { api, s3Endpoint } = await open().catch(rejectWithoutStack);
      const { known, inputs } = await Promise.resolve(props).then(remember).catch(rejectWithoutStack);
      const live = await api.find(refOf(nameOf(inputs), known)).catch(rejectWithoutStack);
      if (live === undefined) {
        made.delete(nameOf(inputs));
        return { id: "", props: {} };
      }
      const seen = observe(known, live);
      return { id, props: outputsOf(seen, inputs, s3Endpoint), inputs: withSecrets(liveInputs(seen, inputs)) };
    },

    async update(_id, olds, news) {
      const before = await Promise.resolve(olds).then(remember).catch(rejectWithoutStack);
      const { outs } = await run(news, before);
      return { outs };
    },

    async delete(_id, props) {
      const { api } = await open().catch(rejectWithoutStack);
      const { known, inputs } = await Promise.resolve(props).then(remember).catch(rejectWithoutStack);
      const force = inputs.forceDestroy === true;
      const name = nameOf(inputs);
      await locks.hold(name, () => api.remove(refOf(name, known), { force })).catch(rejectWithoutStack);
      made.delete(nameOf(inputs));
    },
  };
}

/** The engine compares the inputs itself, and shows what differs. */
const UP_TO_ENGINE: DiffResult = { replaces: [], deleteBeforeReplace: false };

function keepsUnique(backend: Backend, olds: Outputs, news: Inputs): boolean {
  return backend.unique.some((name) => news[name] !== undefined && news[name] !== "" && news[name] === olds[name]);
}

/**
 * The inputs that would describe the system as it is: what a refresh stores, so that a preview shows by name what
 * somebody changed. What no input can say (a key that is gone) is said in words in the property that it concerns.
 */
function liveInputs({ fields, baseline, published, keys, foreign }: Known, inputs: Inputs): Inputs {
  const live: Inputs = { ...inputs };
  for (const [name, value] of Object.entries(fields)) {
    if (inputs[name] !== undefined || (name in baseline && !isDeepStrictEqual(value, baseline[name])))
      live[name] = value;
  }
  if (published && published.id === undefined) {
    const isListed = [...keys, ...foreign].some((key) => key.accessKey === published.accessKey);
    if (isListed) live.secretKey = "(replaced on the system)";
    else live.accessKey = `${published.accessKey} (gone from the system)`;
  }
  if (inputs.exclusiveKeys === true && foreign.length > 0) live.foreignKeys = foreign.map((key) => key.id);
  return definedOnly(live);
}

function madeTwice(userId: string): ObjectUserError {
  return new ObjectUserError({
    code: "already-exists",
    operation: "creating",
    subject: `user "${userId}"`,
    problem: "another resource of this program has just made this user",
    advice: "Two resources cannot manage one user: remove one of them, or give it another name.",
  });
}

/** The error from which Pulumi stores a half-made resource; the next `up` calls update on it. */
function halfMade(id: string, message: string, properties: Outputs): Error {
  return Object.assign(withoutStack(new Error(message)), { id, properties, reasons: [message] });
}

/** Pulumi prints the stack of whatever is thrown; people need the sentence. */
function withoutStack(error: unknown): Error {
  const cause = error instanceof Unfinished ? error.reason : error;
  const known = cause instanceof ObjectUserError || cause instanceof Error ? cause : new Error("unknown fault");
  if (!(known instanceof ObjectUserError)) return known;
  const shown = new Error(known.message);
  shown.stack = "";
  return shown;
}

function rejectWithoutStack(error: unknown): never {
  throw withoutStack(error);
}

/** Pulumi asks for the same difference in preview, refresh and up: one reader needs each line once. */
function once(log: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    log(line);
  };
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
