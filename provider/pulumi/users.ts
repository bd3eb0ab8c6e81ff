/**
 * One user after another: what a resource does with a user of its backend, however many it has. Connects once, remembers
 * what state says, runs the lifecycle under a lock. How Pulumi stores the results is the resource's business.
 */
import { type Backend, capabilitiesOf, type UserSpec } from "../backends/backend";
import { type Config, type Opened, openConnection, openedFor } from "../connection";
import { askedOnce } from "../http/asked-once";
import { managed } from "../lifecycle/called";
import { hereOf, type KeyOfUser } from "../lifecycle/context";
import type { Known, Step } from "../lifecycle/model";
import { observe } from "../lifecycle/observe";
import { confirmedAt, isElsewhere, managedByAnother, notOurs, refusal } from "../lifecycle/ownership";
import { plan } from "../lifecycle/plan";
import { reconcile } from "../lifecycle/reconcile";
import { Unfinished } from "../lifecycle/unfinished";
import { refOf } from "../lifecycle/user-api";
import { warningBefore } from "../lifecycle/warning";
import type { World } from "../world";
import { ownBoard } from "./board";
import { Claims } from "./claims";
import { deleteUser } from "./deletion";
import { type CheckFailure, checkInputs, type Internals, noQuarantine, specOf, wantsQuarantine } from "./inputs";
import { withoutFindings } from "./live-inputs";
import { Locks } from "./locks";
import { Replacements } from "./replacements";
import { Run } from "./run";
import { type Inputs, type Outputs, type Remembered, read, write } from "./state";
import { hasUnknowns } from "./unknowns";

/** The users of one connection. */
export class Users {
  private readonly locks: Locks;
  private readonly run: Run;
  private readonly configured = deferred<Config>();
  private opening: Promise<Opened> | undefined;
  private readonly disablesKeys = askedOnce(async () => {
    const { api } = await this.open();
    return api.disablesKeys?.().catch(() => undefined);
  });
  /** Which changes of inputs make another user of it. */
  readonly replacements: Replacements;

  /** `announce` is told each step that is taken or would be. */
  constructor(
    readonly backend: Backend,
    readonly world: World,
    readonly announce: (line: string) => void,
  ) {
    this.replacements = new Replacements(backend, () => this.open());
    this.run = new Run(world.board ?? ownBoard());
    this.locks = world.locks ?? new Locks();
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
    return isDenied ? [...failures, noQuarantine(this.backend, inputs)] : failures;
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

  /** What messages call what the resource has of the user. */
  managed(inputs: Inputs) {
    return managed(this.backend.specOf(inputs), this.backend.capabilities);
  }

  /** What becomes of a user that another resource needs, for the person who runs Pulumi. */
  released(inputs: Inputs): string {
    return `is released, not deleted: the program has another resource for this ${this.managed(inputs).noun}`;
  }

  /** Notes that the program declares these users by a resource, which had `before` when the run began, if anything. */
  async declares(
    { identity }: Internals,
    inputs: readonly Inputs[],
    before: { readonly identity: string; readonly inputs: readonly Inputs[] } | undefined,
  ): Promise<void> {
    const known = inputs.filter((each) => !hasUnknowns(each));
    (await this.claims()).declares(identity, known, before);
  }

  /**
   * What of a resource the program cannot have beside what else it declares. Where the inputs are not known yet, those of
   * before count.
   */
  async contradictions({ identity }: Internals, inputs: Inputs, before: Inputs = {}): Promise<CheckFailure[]> {
    const known = hasUnknowns(inputs) ? before : inputs;
    if (Object.keys(known).length === 0 || hasUnknowns(known)) return [];
    const found = (await this.claims()).contradiction(identity, known);
    return found === undefined ? [] : [{ property: found[0], reason: found[1] }];
  }

  /** Notes that a resource is to keep these users, and what it knows of them. */
  async keeps({ identity }: Internals, inputs: readonly Inputs[], before: Iterable<Remembered>): Promise<void> {
    const known = [...before].map((each) => each.known);
    (await this.claims()).keeps(identity, inputs, known);
  }

  private async claims(): Promise<Claims> {
    return new Claims(this.run, this.backend, (await this.open()).address);
  }

  /** Runs a task that changes a user when every earlier one about the user has ended, whatever resource it is of. */
  private hold<T>({ address }: Opened, { name, owner = name }: UserSpec, task: () => Promise<T>): Promise<T> {
    return this.locks.hold(`${address} ${owner}`, task);
  }

  /** What `reconcile` would do, as far as state knows. */
  plan(inputs: Inputs, { known }: Remembered, s3Endpoint: unknown, internals: Partial<Internals> = {}): Step[] {
    const spec = specOf(this.backend, withoutFindings(inputs), s3Endpoint, internals);
    return plan(spec, known, capabilitiesOf(this.backend, inputs), this.world.now());
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
          `what state has was made at ${former}, and the connection is to ${here.address}: it is looked for there`,
        ];
  }

  /** Brings a user to what the inputs want. Rejects with Unfinished, which carries what is known then. */
  async reconcile(inputs: Inputs, before: Remembered | undefined, internals: Internals): Promise<Known> {
    const claims = await this.claims();
    const { identity } = internals;
    const isOthersKey = (key: KeyOfUser) => claims.isOthersKey(identity, inputs, key);
    const isOthersUser = (userId: string) => claims.isOthersUser(identity, userId);
    const opened = { ...openedFor(await this.open(), this.backend, inputs), isOthersKey, isOthersUser };
    const spec = specOf(this.backend, inputs, opened.s3Endpoint, internals);
    const claim = claims.of(inputs);
    return this.hold(opened, spec, async () => {
      const isNew = before === undefined && claim !== undefined;
      if (isNew && this.run.isOfAnother(identity, claim)) throw managedByAnother(spec, this.backend.capabilities);
      if (before && isOthersUser(before.known.userId))
        throw managedByAnother(spec, this.backend.capabilities, "updating");
      const isReplaced = isNew && this.run.isReplaced(identity, claim);
      const known = await reconcile(spec, before?.known, opened, { isReplaced }).catch((error) => {
        if (error instanceof Unfinished && error.known) claims.holds(identity, inputs, error.known);
        throw error;
      });
      claims.holds(identity, inputs, known);
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
    const problem = notOurs(known, live, here, this.backend.capabilities, user);
    if (problem !== undefined && isElsewhere(known, here))
      throw refusal("reading", user, problem, this.backend.capabilities);
    if (problem !== undefined) opened.log(`${opened.resource} ${name}: ${problem}`);
    return live && confirmedAt(observe(known, live), here, problem === undefined ? live : undefined);
  }

  /** Whether another resource of this run needs the user, as far as is known by now: then it is released, not deleted. */
  async isNeeded({ known, inputs }: Remembered): Promise<boolean> {
    return (await this.claims()).areNeeded(known, inputs);
  }

  /**
   * Deletes the user with its keys; or, if another resource of this run needs it, releases it: then state forgets it and
   * nothing else happens. Rejects with an ObjectUserError when the user is not ours.
   */
  async remove(user: Remembered): Promise<"deleted" | "released"> {
    const opened = await this.open();
    const claims = await this.claims();
    const spec = this.backend.specOf(user.inputs);
    return this.hold(opened, spec, () => deleteUser(user, this.backend, opened, claims, this.announce));
  }
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
