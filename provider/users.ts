/**
 * One user after another: what a resource does with a user of its backend, however many it has. Connects once, remembers
 * what state says, runs the lifecycle under a lock. How Pulumi stores the results is the resource's business.
 */
import { isDeepStrictEqual } from "node:util";
import type { Backend, Connection } from "./backends/backend";
import { type Config, openConnection } from "./connection";
import { ObjectUserError } from "./errors";
import { type CheckFailure, checkInputs, specOf } from "./inputs";
import type { Context } from "./lifecycle/context";
import type { Known, Step } from "./lifecycle/model";
import { observe } from "./lifecycle/observe";
import { plan } from "./lifecycle/plan";
import { reconcile } from "./lifecycle/reconcile";
import { refOf } from "./lifecycle/user-api";
import { withoutFindings } from "./live-inputs";
import { Locks } from "./locks";
import { type Inputs, type Outputs, type Remembered, read, write } from "./state";
import type { World } from "./world";

/** The users of one connection. */
export class Users {
  private readonly locks = new Locks();
  /** Names of users that this process made: a second resource for one of them is a mistake in the program. */
  private readonly made = new Set<string>();
  private readonly configured = deferred<Config>();
  private opening: Promise<Context & Connection> | undefined;

  /** `announce` is told each step that is taken or would be. */
  constructor(
    readonly backend: Backend,
    readonly world: World,
    readonly announce: (line: string) => void,
  ) {}

  configure(config: Config): void {
    this.configured.resolve(config);
  }

  /** The connection. Pulumi may call other methods before `configure` has ended, so whoever needs it waits here. */
  open(): Promise<Context & Connection> {
    this.opening ??= this.configured.promise.then((config) =>
      openConnection(this.backend, config, this.world, this.announce),
    );
    return this.opening;
  }

  /** What is wrong with the connection's settings, as Pulumi shows it. */
  async checkConnection(): Promise<CheckFailure[]> {
    return this.open().then(
      () => [],
      (error: Error) => [{ property: "", reason: error.message }],
    );
  }

  check(olds: Inputs, news: Inputs): { inputs: Inputs; failures: CheckFailure[] } {
    return checkInputs(this.backend, olds, news);
  }

  remember(outputs: Outputs): Remembered {
    return read(outputs, this.backend);
  }

  written(known: Known, inputs: Inputs, s3Endpoint: string | undefined): Outputs {
    return write(known, inputs, s3Endpoint, this.backend);
  }

  /** What the program calls the user. */
  nameOf(inputs: Inputs): string {
    return this.backend.specOf(inputs).name;
  }

  /** The inputs whose change makes another user of it. */
  replacing(olds: Outputs, news: Inputs): string[] {
    return this.backend.replaceOn.filter((name) => !isDeepStrictEqual(olds[name], news[name]));
  }

  /** Whether the old user and the new one cannot be there at once. */
  excludesOld(olds: Outputs, news: Inputs): boolean {
    const { unique } = this.backend;
    return unique.some((name) => news[name] !== undefined && news[name] !== "" && news[name] === olds[name]);
  }

  /** What `settle` would do, as far as state knows. */
  plan(inputs: Inputs, { known }: Remembered, s3Endpoint: unknown): Step[] {
    const spec = specOf(this.backend, withoutFindings(inputs), s3Endpoint);
    return plan(spec, known, this.backend.capabilities, this.world.now());
  }

  /** Why the address in the outputs is not right any more, if so. */
  async movedFrom(endpoint: unknown): Promise<string[]> {
    const now = await this.open().then(
      ({ s3Endpoint }) => s3Endpoint,
      () => endpoint,
    );
    return now === endpoint ? [] : [`endpoint is ${JSON.stringify(endpoint)}, now ${JSON.stringify(now)}`];
  }

  /** Brings a user to what the inputs want. Rejects with Unfinished, which carries what is known then. */
  async settle(inputs: Inputs, before: Remembered | undefined): Promise<Known> {
    const opened = await this.open();
    const spec = specOf(this.backend, inputs, opened.s3Endpoint);
    return this.locks.hold(spec.name, async () => {
      if (before === undefined && this.made.has(spec.name)) throw madeTwice(spec.name);
      const known = await reconcile(spec, before?.known, opened);
      if (before === undefined) this.made.add(spec.name);
      return known;
    });
  }

  /** What is known after looking; undefined when the user is gone. */
  async look({ known, inputs }: Remembered): Promise<Known | undefined> {
    const { api } = await this.open();
    const live = await api.find(refOf(this.nameOf(inputs), known));
    if (live === undefined) this.made.delete(this.nameOf(inputs));
    return live && observe(known, live);
  }

  /** Deletes the user with its keys. */
  async remove({ known, inputs }: Remembered): Promise<void> {
    const { api } = await this.open();
    const name = this.nameOf(inputs);
    await this.locks.hold(name, () => api.remove(refOf(name, known), { force: inputs.forceDestroy === true }));
    this.made.delete(name);
  }
}

function madeTwice(name: string): ObjectUserError {
  return new ObjectUserError({
    code: "already-exists",
    operation: "creating",
    subject: `user "${name}"`,
    problem: "another resource of this program has just made this user",
    advice: "Two resources cannot manage one user: remove one of them, or give it another name.",
  });
}

/** Pulumi asks for the same difference in preview, refresh and up: one reader needs each line once. */
export function once(log: (line: string) => void): (line: string) => void {
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
