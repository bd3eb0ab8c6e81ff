/**
 * Where a walk takes place: clusters with strangers on them, and two stacks with their programs and states. Plays one step
 * after the other, goes every way out that a refusal offers, and in the end takes everything down.
 */
import assert from "node:assert/strict";
import { chance } from "../provider/world";
import { edited, newItem } from "./edits";
import { type Result, Run, type UpOptions } from "./engine";
import { isNamed, isOver, type Managed, type Truth } from "./managed";
import { Oracle } from "./oracle";
import { Processes } from "./processes";
import {
  compile,
  EMPTY,
  type Item,
  type Program,
  placeOf,
  type Source,
  type StackName,
  UIDS,
  type Uid,
} from "./program";
import { Secrets } from "./secrets";
import { NO_STATE, type State } from "./state";
import type { Failure } from "./steps";
import { OTHERS, type Step, type Story, UP } from "./story";
import type { Cluster, Site, System } from "./system";
import { act, type Deed, type Trouble } from "./trouble";
import { Watch, type Watched } from "./watch";
import { Wire } from "./wire";

/** Users that others made: the uids of our programs, some on one cluster, some on both. */
const STRANGERS = { first: ["eve", "sue"], second: ["ann", "ben", "eve"] } as const;

/** The most refusals in a row, each with another resource to see to. */
const MOST_REFUSALS = 10;

/** Why a refresh fails: nothing can be said of a user where it never was. */
const UNREADABLE = /was made at .*, and the connection is to |it was made anew by somebody else/;

/** What walks came to. */
export interface Tally {
  /** Runs of Pulumi, previews among them. */
  runs: number;
  /** Runs that were killed, and others that met trouble. */
  killed: number;
  troubled: number;
  /** Refusals whose way out was gone. */
  refusals: number;
}

interface Stack {
  readonly name: StackName;
  source: Source;
  /** The text before the last edits. */
  former: Source;
  /** The last text that came up without a refusal. */
  good: Source;
  state: State;
  /** Users that a killed run made, by place, with their resources. */
  leftBehind: ReadonlyMap<string, string>;
}

/** Plays a walk. Rejects where a promise is broken. */
export async function play(system: System, story: Story, tally: Tally): Promise<void> {
  const site = await system.open();
  const stage = new Stage(system, site, story, tally);
  try {
    await stage.open(story.others);
    for (const one of story.steps) await stage.play(one);
    await stage.close();
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error([what, "The walk:", ...stage.diary].join("\n"), { cause: error });
  }
}

class Stage {
  /** What happened, for who reads a failure. */
  readonly diary: string[] = [];
  private readonly wire: Wire;
  private readonly watch: Watch;
  private readonly oracle: Oracle;
  private readonly secrets: Secrets;
  private readonly stacks: Readonly<Record<StackName, Stack>>;
  private deeds = 0;

  constructor(
    private readonly system: System,
    private readonly site: Site,
    { home, users }: Story,
    private readonly tally: Tally,
  ) {
    this.wire = new Wire(system, site);
    this.watch = new Watch(system, () => this.wire.now());
    this.oracle = new Oracle(system, site, this.watch);
    this.secrets = new Secrets(site.secrets);
    // The second provider instance leads to the second cluster, where there is one.
    const empty: Source = system.clusters === 2 ? EMPTY : { ...EMPTY, addresses: { main: "one", other: "uno" } };
    const stack = (name: StackName, source: Source): Stack => {
      return { name, source, former: empty, good: empty, state: NO_STATE, leftBehind: new Map() };
    };
    const first = { ...empty, items: UIDS.slice(0, users).map((uid) => newItem(home, uid)) };
    this.stacks = { dev: stack("dev", first), prod: stack("prod", empty) };
    this.wire.answered = (call) => this.watch.answered(call);
    this.wire.heard = (seen) => {
      for (const { after } of seen.changes) this.secrets.watchFor(after);
      const did = seen.changes.map(({ uid, after }) => `${uid} has ${[...(after?.keys.keys() ?? ["gone"])]}`);
      this.diary.push(`    ${seen.address}: ${seen.line} ${seen.status || did.join("; ")}`);
      this.watch.heard(seen, this.now());
    };
    this.wire.meddle = ({ deed }) => this.meddle(deed as Deed);
  }

  /** The program comes up for the first time. */
  async open(hasOthers: boolean): Promise<void> {
    for (const cluster of this.clusters())
      for (const uid of STRANGERS[cluster]) await this.meddle({ does: "make", cluster, uid: uid as Uid, last: true });
    await this.play(UP);
    if (hasOthers) await this.play({ ...UP, stack: "prod", edits: OTHERS });
  }

  async play(step: Step): Promise<void> {
    const stack = this.stacks[step.stack];
    const { stack: _s, seed: _d, ...told } = step;
    this.diary.push(`- ${stack.name}: ${JSON.stringify(told)}`);
    this.site.advance(step.advance);
    for (const deed of step.deeds) await this.meddle(deed);
    const { source } = stack;
    for (const one of step.edits) {
      if (one.do === "address" && this.system.clusters === 1) continue;
      stack.source = edited(this.system, stack.name, stack.source, one, stack.former);
    }
    if (step.edits.length > 0) stack.former = source;
    switch (step.run.do) {
      case "up":
        return this.up(stack, step);
      case "refresh":
        return this.refresh(stack, step, step.trouble);
      case "destroy":
        return this.destroy(stack, step);
      case "state delete":
        return this.forget(stack, step.run.at);
    }
  }

  /** Fair weather: a run puts everything right, the next has nothing to do, and when graces are over one key is left. */
  async close(): Promise<void> {
    for (const stack of Object.values(this.stacks)) {
      if (stack.state.resources.length === 0) continue;
      await this.refresh(stack, UP);
      if (this.system.rotates === "secrets") this.rotateAll(stack);
      await this.up(stack, { ...UP, wayOut: this.system.rotates === "secrets" ? "adopt" : "restore" });
      await this.refresh(stack, UP);
      await this.up(stack, UP);
      this.site.advance((this.system.graces.at(-1) ?? 0) + 300);
      await this.up(stack, UP);
      await this.oneKeyIsLeft(stack);
      await this.destroy(stack, UP);
    }
    await this.nothingIsLeft();
  }

  /** Where nobody can look, only another rotation says whether the published secret has ended. */
  private rotateAll(stack: Stack): void {
    const rotations = stack.source.rotations + 1;
    const items = stack.source.items.map((item) => ({ ...item, rotationId: `r${rotations}` }));
    stack.source = { ...stack.source, rotations, items };
  }

  private async oneKeyIsLeft({ state }: Stack): Promise<void> {
    const truth = await this.look();
    for (const { cluster, uid, place, ring, published } of this.oracle.managed(state)) {
      const ledger = this.watch.ledgers.get(place);
      if (published === undefined || ledger === undefined || ledger.owners.size > 1) continue;
      assert.deepEqual(
        ring.map(({ id }) => id),
        [published.id],
        `(11) ${place} has one key when all graces are over`,
      );
      const made = [...ledger.made.keys()].filter((id) => !ledger.left.has(id) && id !== published.id);
      const lives = made.filter((id) => truth[cluster].get(uid)?.keys.has(id));
      assert.deepEqual(lives, [], `(11) keys of ${place} outlive all graces`);
    }
  }

  /** Whoever is there now is a stranger's, was forgotten, or was made by a run that was cut off and never repeated. */
  private async nothingIsLeft(): Promise<void> {
    const truth = await this.look();
    for (const cluster of this.clusters())
      for (const uid of truth[cluster].keys()) {
        const ledger = this.watch.ledgers.get(`${cluster}/${uid}`);
        const isOthers = ledger === undefined || ledger.owners.has("strangers");
        assert.ok(isOthers || ledger.isForgotten || ledger.isUnseen, `(6) ${cluster}/${uid} is orphaned`);
      }
  }

  private async up(stack: Stack, step: Step): Promise<void> {
    const { run } = step;
    const resource = stack.state.resources.filter(({ isReplaced }) => !isReplaced).at(run.at);
    const options: UpOptions = {
      serial: step.serial,
      refresh: run.refresh,
      replace: run.replace && resource ? [resource.urn] : [],
    };
    const announced = await this.preview(stack, step, options);
    let result = await this.upOnce(stack, step, options, step.trouble);
    const isCut = result === undefined || (this.wire.isDisturbed && hasFailed(result));
    if (!this.wire.isDisturbed && result && !hasFailed(result) && !run.refresh) announcedIsDone(announced, result);
    if (isCut && !step.again) return this.leave(stack);
    if (isCut) result = await this.upOnce(stack, step, options);
    for (let refusals = 0; result && hasFailed(result); refusals++) {
      const problems = [...result.invalid, ...result.failures.map(({ message }) => message)].join("\n");
      assert.ok(refusals < MOST_REFUSALS, `(5) no way out leads anywhere: ${problems}`);
      this.tally.refusals++;
      this.goWayOut(stack, result, step.wayOut === "restore" && refusals === 0 ? "restore" : "adopt");
      // Two resources that came to have one user, and would each give it a name of its own.
      if (this.system.renames && refusals > 3) for (const { urn } of result.failures) this.forgetUrn(stack, urn);
      result = await this.upOnce(stack, step, { serial: step.serial });
    }
    stack.good = stack.source;
    const managed = this.oracle.managed(stack.state);
    if (managed.some(({ ring }) => ring.some((key) => isOver(key, this.now())))) return;
    const idle = await this.upOnce(stack, step, { serial: step.serial });
    assert.deepEqual(this.watch.writes, [], "(5) the run after a clean one changes something");
    assert.deepEqual(idle?.failures, [], "(5) the run after a clean one fails");
    const busy = idle?.deeds.filter(({ did }) => did !== "same");
    assert.deepEqual(busy, [], "(5) the run after a clean one has something to do");
    assert.equal(this.wire.requests, 0, "(5) the run after a clean one asks something");
  }

  /** A cut-off run is not repeated: the next one may have another program, and need not know what this one made. */
  private leave(stack: Stack): void {
    stack.leftBehind = new Map();
  }

  private async preview(stack: Stack, step: Step, options: UpOptions): Promise<Result | undefined> {
    const { state } = stack;
    const program = this.programOf(stack, step);
    const result = await this.once(stack, "preview", step, (run) => run.preview(program, options));
    assert.deepEqual(stack.state, state, "(2) a preview changes state");
    return result;
  }

  private async refresh(stack: Stack, step: Step, trouble?: Trouble): Promise<void> {
    const { state } = stack;
    const result = await this.once(stack, "refresh", step, (run) => run.refresh(), trouble);
    for (const { urn, message } of result?.failures ?? []) {
      assert.ok(this.wire.isDisturbed || UNREADABLE.test(message), "(2) a refresh fails for no reason");
      const [before, after] = [state, stack.state].map(({ resources }) => resources.filter((one) => one.urn === urn));
      assert.deepEqual(after, before, "(2) a refresh that fails changes something");
    }
    if (result === undefined) assert.deepEqual(stack.state, state, "(2) a refresh that is killed changes something");
  }

  private upOnce(stack: Stack, step: Step, options: UpOptions, trouble?: Trouble): Promise<Result | undefined> {
    const program = this.programOf(stack, step);
    return this.once(stack, "up", step, (run) => run.up(program, options), trouble, options);
  }

  private programOf({ name, source }: Stack, { shuffled, seed }: Step): Program {
    const program = compile(this.system, name, source);
    if (!shuffled) return program;
    const random = chance(seed + 1);
    const order = program.declarations.map((one) => [random(), one] as const).sort(([a], [b]) => a - b);
    return { ...program, declarations: order.map(([, one]) => one) };
  }

  /** One run: plays it, and has it judged. Undefined when it was killed. */
  private async once(
    stack: Stack,
    what: Watched["what"],
    step: Step,
    work: (run: Run) => Promise<Result>,
    trouble?: Trouble,
    { refresh = false, replace = [] }: UpOptions = {},
  ): Promise<Result | undefined> {
    const { wire, watch, site, system, oracle } = this;
    await site.pause?.();
    const before = stack.state;
    const program = this.programOf(stack, step);
    const was = await this.look();
    const start = this.now();
    this.diary.push(`  ${stack.name}: ${what}${refresh ? " --refresh" : ""} ${replace}`);
    wire.begin(step.seed, trouble);
    watch.begin(
      { stack: stack.name, what, program },
      { managed: oracle.managed(before), truth: was, at: start, replaced: replace },
    );
    const processes = new Processes(system, site, wire);
    const run = new Run(before, processes, (state) => {
      stack.state = state;
    });
    const result = await Promise.race([work(run), wire.killed.then(() => undefined)]);
    run.snapshot.isClosed = true;
    wire.end();
    this.tally.runs++;
    if (result === undefined) this.tally.killed++;
    else if (wire.isDisturbed) this.tally.troubled++;
    if (result === undefined || (wire.isDisturbed && hasFailed(result))) watch.interrupted(result === undefined);
    for (const { urn, method } of result?.failures ?? []) if (method === "delete") watch.halfDeleted(stack.name, urn);
    const { leftBehind } = stack;
    stack.leftBehind = result === undefined ? new Map(watch.makers) : new Map();
    if (what === "preview") stack.leftBehind = leftBehind;
    if (what === "up") this.noteAdoptions(stack, program);
    const { lines, open } = processes;
    const said = [...lines, ...(result?.failures ?? []).map(({ message }) => message)];
    this.diary.push(...lines.map((line) => `    | ${line}`), `  = ${JSON.stringify(result ?? "killed")}`);
    const is = await this.look();
    this.secrets.none([...said, ...open], is);
    const isRefreshed = what === "refresh" || refresh;
    const report = { stack: stack.name, what, program, before, after: stack.state, was, is, start, end: this.now() };
    const how = { result, isDisturbed: wire.isDisturbed, isRefreshed, lines, leftBehind };
    await oracle.judge({ ...report, ...how }, this.managedByOthers(stack));
    return result;
  }

  private managedByOthers(stack: Stack): Managed[] {
    return Object.values(this.stacks).flatMap((other) => (other === stack ? [] : this.oracle.managed(other.state)));
  }

  private async destroy(stack: Stack, step: Step): Promise<void> {
    const once = (trouble?: Trouble) => this.once(stack, "destroy", step, (run) => run.destroy(step.serial), trouble);
    let result = await once(step.trouble);
    const isCut = result === undefined || (this.wire.isDisturbed && hasFailed(result));
    if (isCut && !step.again) return this.leave(stack);
    if (isCut) result = await once();
    for (let refusals = 0; result && result.failures.length > 0; refusals++) {
      assert.ok(refusals < MOST_REFUSALS, "(5) no way out leads anywhere");
      this.tally.refusals++;
      for (const { urn } of result.failures) this.forgetUrn(stack, urn);
      result = await once();
    }
    assert.deepEqual(stack.state.resources, [], "(5) a destroy leaves something in state");
  }

  /** `pulumi state delete` */
  private forget(stack: Stack, at: number): void {
    const resource = stack.state.resources[at % Math.max(1, stack.state.resources.length)];
    if (resource) this.forgetUrn(stack, resource.urn);
  }

  private forgetUrn(stack: Stack, urn: string): void {
    const { resources } = stack.state;
    const isReplaced = resources.some((one) => one.urn === urn && one.isReplaced);
    const rest = resources.filter((one) => one.urn !== urn || one.isReplaced !== isReplaced);
    const before = this.oracle.managed(stack.state);
    stack.state = { ...stack.state, resources: rest };
    const still = new Set(this.oracle.managed(stack.state).map(({ place }) => place));
    for (const { place } of before) {
      const ledger = this.watch.ledgers.get(place);
      if (ledger === undefined) continue;
      ledger.isForgotten ||= !still.has(place);
      for (const id of ledger.made.keys()) ledger.left.add(id);
    }
  }

  /** What a reader of the refusals does: adopts, lets go of aliases, lets state go, or goes back to the text that was good. */
  private goWayOut(stack: Stack, { failures, invalid }: Result, way: Step["wayOut"]): void {
    const { source, state } = stack;
    const start = this.now();
    if (way === "restore") stack.source = { ...stack.good, rotations: source.rotations };
    else if (invalid.length > 0) {
      stack.source = { ...source, items: source.items.map((item) => ({ ...item, formerly: [] })) };
    } else for (const failure of failures) this.heed(stack, failure);
    const isSame = stack.source === source && stack.state === state;
    if (isSame && this.now() === start) stack.source = { ...stack.good, rotations: source.rotations };
  }

  private heed(stack: Stack, { urn, method, message }: Failure): void {
    if (method === "delete" && /state delete/.test(message)) this.forgetUrn(stack, urn);
    if (/allowRemovals/.test(message)) stack.source = { ...stack.source, allowRemovals: true };
    for (const [, uid] of message.matchAll(/deleting user "(?:[\w-]+\/)?(\w+)": .*retainOnDelete/g))
      this.retain(stack, uid as Uid);
    if (this.system.rotates === "secrets") this.waitOrAskAnew(stack, urn, message);
    if (!/adopt/.test(message) || method === "delete" || method === "read") return;
    const { declarations } = compile(this.system, stack.name, stack.source);
    const refused = declarations
      .filter((one) => one.urn === urn)
      .flatMap(({ users }) => users.filter(({ member }) => member === undefined || isNamed(message, member)))
      .map(({ item }) => item);
    if (refused.every(({ adopt }) => adopt)) return;
    // Who is only there to be forgotten has been heard of, and goes.
    const left = stack.source.items.filter((item) => !(refused.includes(item) && item.going === "retainOnDelete"));
    const items = left.map((item) => (refused.includes(item) ? { ...item, adopt: true } : item));
    stack.source = { ...stack.source, items };
  }

  /** Secrets that the system ends: a reader waits for an end, gives a new rotation, or goes on without the proof. */
  private waitOrAskAnew(stack: Stack, urn: string, message: string): void {
    const isMeant = (item: Item) => {
      const declared = compile(this.system, stack.name, stack.source).declarations.find((one) => one.urn === urn);
      const users = declared?.users ?? [];
      return users.some((one) => one.item === item && (!one.member || isNamed(message, one.member)));
    };
    const change = (more: (item: Item) => Partial<Item>) => {
      const { source } = stack;
      const items = source.items.map((item) => (isMeant(item) ? { ...item, ...more(item) } : item));
      stack.source = { ...source, rotations: source.rotations + 1, items };
    };
    if (/prove: false/.test(message)) change(({ wish }) => ({ wish: { ...wish, prove: false } }));
    if (/set exclusiveKeys/.test(message)) change(({ wish }) => ({ wish: { ...wish, exclusiveKeys: true } }));
    if (/not used before/.test(message)) change(() => ({ rotationId: `r${stack.source.rotations + 1}` }));
    if (/Run again (after|when)|gracePeriodSeconds/.test(message)) this.site.advance(1000);
  }

  /** Declares a member again that the fleet could not delete, to be forgotten. */
  private retain(stack: Stack, uid: Uid): void {
    const { items } = stack.source;
    const instance = items.find(({ home }) => home === "fleet")?.instance;
    if (instance === undefined) return;
    const item: Item = { ...newItem("fleet", uid), instance, going: "retainOnDelete" };
    stack.source = { ...stack.source, items: [...items, item] };
  }

  /** Whoever declares `adopt`, and has the user in state, has a part in it from now on. */
  private noteAdoptions({ name, source, state }: Stack, { declarations }: Program): void {
    const managed = this.oracle.managed(state);
    for (const { urn, users } of declarations) {
      const has = new Set(managed.filter((one) => one.urn === urn).map(({ place }) => place));
      const adopted = users.filter(({ item }) => item.adopt).map(({ item }) => placeOf(source, item));
      for (const place of adopted) if (has.has(place)) this.watch.adopted(place, name);
    }
  }

  private async meddle(deed: Deed): Promise<void> {
    const { cluster, uid } = deed;
    const before = (await this.site.look(cluster)).get(uid);
    await act(deed, before, this.site.others, ++this.deeds);
    const after = (await this.site.look(cluster)).get(uid);
    this.secrets.watchFor(after);
    this.watch.othersDid(`${cluster}/${uid}`, before, after);
  }

  private now(): number {
    return this.site.world.now().getTime();
  }

  private clusters(): Cluster[] {
    return this.system.clusters === 2 ? ["first", "second"] : ["first"];
  }

  private async look(): Promise<Truth> {
    const first = await this.site.look("first");
    return { first, second: this.system.clusters === 2 ? await this.site.look("second") : new Map() };
  }
}

function hasFailed({ failures, invalid }: Result): boolean {
  return failures.length + invalid.length > 0;
}

function announcedIsDone(announced: Result | undefined, { deeds }: Result): void {
  const named = (all: Result["deeds"]) => all.map(({ urn, did }) => `${urn} ${did}`).sort();
  const done = deeds.filter(({ did }) => did !== "deleted" && did !== "gone");
  assert.deepEqual(named(done), named(announced?.deeds ?? []), "(5) a preview announces what is done");
}
