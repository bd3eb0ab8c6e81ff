/**
 * One user after another: what a resource does with a user of its backend, however many it has. Connects once, remembers
 * what state says, runs the lifecycle under a lock. How Pulumi stores the results is the resource's business.
 */
import { isDeepStrictEqual } from "node:util";
import type { Backend } from "../backends/backend";
import { type Config, type Opened, openConnection } from "../connection";
import { askedOnce } from "../http/asked-once";
import { hereOf } from "../lifecycle/context";
import type { Known, Step } from "../lifecycle/model";
import { observe } from "../lifecycle/observe";
import {
  confirmedAt,
  deletionElsewhere,
  deletionRefused,
  isElsewhere,
  notOurs,
  notToDelete,
  refusal,
  takesAlong,
} from "../lifecycle/ownership";
import { plan } from "../lifecycle/plan";
import { reconcile } from "../lifecycle/reconcile";
import { Unfinished } from "../lifecycle/unfinished";
import { refOf } from "../lifecycle/user-api";
import { warningBefore, warningOfDeletion } from "../lifecycle/warning";
import type { World } from "../world";
import { ownBoard } from "./board";
import { type CheckFailure, checkInputs, type Internals, noQuarantine, specOf, wantsQuarantine } from "./inputs";
import { withoutFindings } from "./live-inputs";
import { Locks } from "./locks";
import { managedByAnother, Run } from "./run";
import { type Inputs, type Outputs, type Remembered, read, write } from "./state";
import { hasUnknowns } from "./unknowns";

/** The users of one connection. */
export class Users {
  private readonly locks = new Locks();
  private readonly run: Run;
  private readonly configured = deferred<Config>();
  private opening: Promise<Opened> | undefined;
  private readonly disablesKeys = askedOnce(async () => {
    const { api } = await this.open();
    return api.disablesKeys?.().catch(() => undefined);
  });
  /** Values of inputs that mean the same, though they differ as text. */
  private readonly same = new Set<string>();

  /** `announce` is told each step that is taken or would be. */
  constructor(
    readonly backend: Backend,
    readonly world: World,
    readonly announce: (line: string) => void,
  ) {
    this.run = new Run(world.board ?? ownBoard());
  }

  configure(config: Config): void {
    this.configured.resolve(config);
  }

  /** The connection. Pulumi may call other methods before `configure` has ended, so whoever needs it waits here. */
  open(): Promise<Opened> {
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

  /** What of the inputs the connected release cannot do. A system that cannot be asked refuses nothing here. */
  async checkRelease(inputs: Inputs): Promise<CheckFailure[]> {
    const { api } = await this.open();
    const refused = (await api.unsupported?.(inputs).catch(() => undefined)) ?? {};
    const failures = Object.entries(refused).map(([property, reason]) => ({ property, reason }));
    const isDenied = wantsQuarantine(inputs) && (await this.disablesKeys()) === false;
    return isDenied ? [...failures, noQuarantine(this.backend)] : failures;
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

  /** The inputs whose change makes another user of it. What only looks different is known after `compare`. */
  replacing(olds: Outputs, news: Inputs): string[] {
    return this.backend.replaceOn.filter(
      (name) => !isDeepStrictEqual(olds[name], news[name]) && !this.same.has(pairOf(name, olds, news)),
    );
  }

  /**
   * Asks the system about inputs that would replace a user and have another text now: it may be another name for the same
   * thing. Rejects where the system cannot tell, as nobody is replaced on doubt.
   */
  async compare(olds: Outputs, news: Inputs): Promise<void> {
    const { synonyms } = this.backend;
    for (const name of this.replacing(olds, news)) {
      const [one, other] = [olds[name], news[name]];
      if (!synonyms.includes(name) || typeof one !== "string" || typeof other !== "string" || hasUnknowns(other))
        continue;
      const { api } = await this.open();
      if (await api.sameValue?.(name, one, other)) this.same.add(pairOf(name, olds, news));
    }
  }

  /** Whether the old user and the new one cannot be there at once. */
  excludesOld(olds: Outputs, news: Inputs): boolean {
    const { unique } = this.backend;
    return unique.some((name) => news[name] !== undefined && news[name] !== "" && news[name] === olds[name]);
  }

  /** Notes that the program declares these users by a resource, which had `before` when the run began, if anything. */
  async declares(
    { identity }: Internals,
    inputs: readonly Inputs[],
    before: { readonly identity: string; readonly inputs: readonly Inputs[] } | undefined,
  ): Promise<void> {
    const known = inputs.filter((each) => !hasUnknowns(each));
    const had = before && { identity: before.identity, users: await this.keysOf(before.inputs) };
    this.run.declares(identity, await this.keysOf(known), had);
  }

  /** Notes that a resource is to keep these users. */
  async keeps({ identity }: Internals, inputs: readonly Inputs[]): Promise<void> {
    this.run.keeps(identity, await this.keysOf(inputs));
  }

  /** Users as a run's notes have them: no two systems have one alike. */
  private async keysOf(inputs: readonly Inputs[]): Promise<string[]> {
    const { resource } = this.backend;
    const { address } = await this.open();
    return inputs.map((each) => `${resource} ${address} ${this.nameOf(each)}`);
  }

  /** What `reconcile` would do, as far as state knows. */
  plan(inputs: Inputs, { known }: Remembered, s3Endpoint: unknown, internals: Partial<Internals> = {}): Step[] {
    const spec = specOf(this.backend, withoutFindings(inputs), s3Endpoint, internals);
    return plan(spec, known, this.backend.capabilities, this.world.now());
  }

  /** What people should hear before the steps of a plan are taken, a clause each. */
  warnings(steps: readonly Step[], { known }: Remembered): string[] {
    const now = this.world.now();
    return steps.map((step) => warningBefore(step, known, now)).filter((warning) => warning !== undefined);
  }

  /** Whether a user was seen at another address than the connected one. */
  async isElsewhere({ known }: Remembered): Promise<boolean> {
    return isElsewhere(known, await this.open());
  }

  /** Why the addresses that state has are not right any more, if so: that of S3, and those where the users were seen. */
  async movedFrom(endpoint: unknown, users: Iterable<Remembered>): Promise<string[]> {
    const opened = await this.open().catch(() => undefined);
    if (opened === undefined) return [];
    const { s3Endpoint: now, ...here } = opened;
    const moved = now === endpoint ? [] : [`endpoint is ${JSON.stringify(endpoint)}, now ${JSON.stringify(now)}`];
    const former = [...users].find(({ known }) => isElsewhere(known, { ...here, s3Endpoint: now }))?.known.address;
    return former === undefined || former === endpoint
      ? moved
      : [
          ...moved,
          `the users were made at ${former}, and the connection is to ${here.address}: they are looked for there`,
        ];
  }

  /** Brings a user to what the inputs want. Rejects with Unfinished, which carries what is known then. */
  async reconcile(inputs: Inputs, before: Remembered | undefined, internals: Internals): Promise<Known> {
    const opened = await this.open();
    const spec = specOf(this.backend, inputs, opened.s3Endpoint, internals);
    const user = await this.keysOf([inputs]);
    return this.locks.hold(spec.name, async () => {
      const { identity } = internals;
      if (before === undefined && this.run.isOfAnother(identity, String(user))) throw managedByAnother(spec.name);
      const isReplaced = before === undefined && this.run.isReplaced(identity, String(user));
      const known = await reconcile(spec, before?.known, opened, { isReplaced }).catch((error) => {
        if (error instanceof Unfinished && error.known) this.run.holds(identity, user);
        throw error;
      });
      this.run.holds(identity, user);
      return known;
    });
  }

  /** What is known after looking; undefined when the user is gone. */
  async look({ known, inputs }: Remembered): Promise<Known | undefined> {
    const opened = await this.open();
    const user = refOf(this.backend.specOf(inputs), known);
    const { name } = user;
    const here = await hereOf(known, opened);
    const live = await opened.api.find(user);
    const problem = notOurs(known, live, here, this.backend.capabilities);
    if (problem !== undefined && isElsewhere(known, here)) throw refusal("reading", name, problem);
    if (problem !== undefined) opened.log(`${opened.resource} ${name}: ${problem}`);
    return live && confirmedAt(observe(known, live), here, problem === undefined ? live : undefined);
  }

  /** Whether another resource of this run needs the user, as far as is known by now: then it is released, not deleted. */
  async isNeeded({ known, inputs }: Remembered): Promise<boolean> {
    return this.run.isNeeded(known.identity, String(await this.keysOf([inputs])));
  }

  /**
   * Deletes the user with its keys; or, if another resource of this run needs it, releases it: then state forgets it and
   * nothing else happens. Rejects with an ObjectUserError when the user is not ours.
   */
  async remove({ known, inputs }: Remembered): Promise<"deleted" | "released"> {
    const opened = await this.open();
    const ref = refOf(this.backend.specOf(inputs), known);
    const { name } = ref;
    const user = String(await this.keysOf([inputs]));
    const isNeeded = () => this.run.isNeeded(known.identity, user);
    return this.locks.hold(name, async () => {
      if (isNeeded()) return "released";
      const live = await opened.api.find(ref);
      const problem = notOurs(known, live, await hereOf(known, opened), this.backend.capabilities);
      // Pulumi may have asked for another resource meanwhile.
      if (isNeeded()) return "released";
      if (problem !== undefined) throw deletionElsewhere(name, problem);
      const doubt = notToDelete(known, live);
      if (doubt !== undefined) throw deletionRefused(name, doubt);
      const { dependents = [] } = live ?? {};
      if (dependents.length > 0 && inputs.forceDestroy !== true) throw takesAlong(name, dependents);
      const warning = live && warningOfDeletion(this.backend.capabilities);
      if (warning !== undefined) this.announce(`warning: ${opened.resource} ${name}: ${warning}`);
      await opened.api.remove(ref, { force: inputs.forceDestroy === true });
      this.run.deleted(known.identity, user);
      return "deleted";
    });
  }
}

/** What becomes of a user that another resource needs, for the person who runs Pulumi. */
export const RELEASED = "is released, not deleted: the program has another resource for this user";

function pairOf(name: string, olds: Outputs, news: Inputs): string {
  return JSON.stringify([name, olds[name], news[name]]);
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
