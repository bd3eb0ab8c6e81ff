/**
 * Where a walk takes place: clusters with strangers on them, and two stacks with their programs and states. Plays one step
 * after the other, goes every way out that a refusal offers, and in the end takes everything down.
 */
import assert from "node:assert/strict";
import { edited, newItem } from "./edits";
import { nothingIsLeft, oneKeyIsLeft } from "./ending";
import { hasFailed, type Result, type UpOptions } from "./engine";
import { Foretold } from "./foretold";
import { isDue, type Managed, quarantineOf } from "./managed";
import { EMPTY, type Source, type StackName, UIDS, type Uid } from "./program";
import { Runs, type Tally } from "./runs";
import { NO_STATE } from "./state";
import { others, type Step, type Story, UP } from "./story";
import type { Site, System } from "./system";
import type { Trouble } from "./trouble";
import { MOST_REFUSALS, type Stack, WaysOut } from "./ways-out";

/** Users that others made: the uids of our programs, some on one cluster, some on both. */
const STRANGERS = { first: ["eve", "sue"], second: ["ann", "ben", "eve"] } as const;

/** Why a refresh fails: nothing can be said of a user where it never was. */
const UNREADABLE = /was made at .*, and the connection is to |it was made anew by somebody else/;

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
    throw new Error([what, "The walk:", ...stage.runs.diary].join("\n"), { cause: error });
  } finally {
    await site.close?.();
  }
}

class Stage {
  private readonly stacks: Readonly<Record<StackName, Stack>>;
  private readonly ways: WaysOut;
  private readonly foretold = new Foretold();
  readonly runs: Runs;

  constructor(
    private readonly system: System,
    private readonly site: Site,
    { home, users, stay }: Story,
    tally: Tally,
  ) {
    this.runs = new Runs(system, site, tally, (stack) => this.managedByOthers(stack));
    this.ways = new WaysOut(system, site, this.runs.oracle, this.runs.watch);
    // The second provider instance leads to the second cluster, where there is one.
    const empty: Source = system.clusters === 2 ? EMPTY : { ...EMPTY, addresses: { main: "one", other: "uno" } };
    const stack = (name: StackName, source: Source): Stack => {
      return { name, source, former: empty, good: empty, state: NO_STATE, leftBehind: new Map() };
    };
    const going = stay && home === "fleet" ? ({ going: "retainOnDelete" } as const) : {};
    const first = { ...empty, items: UIDS.slice(0, users).map((uid) => ({ ...newItem(system, home, uid), ...going })) };
    this.stacks = { dev: stack("dev", first), prod: stack("prod", empty) };
  }

  /** The program comes up for the first time. */
  async open(hasOthers: boolean): Promise<void> {
    for (const cluster of this.runs.clusters())
      for (const uid of STRANGERS[cluster])
        await this.runs.meddle({ does: "make", cluster, uid: uid as Uid, last: true });
    await this.play(UP);
    if (hasOthers) await this.play({ ...UP, stack: "prod", edits: others(this.system) });
  }

  async play(step: Step): Promise<void> {
    const stack = this.stacks[step.stack];
    const { stack: _s, seed: _d, ...told } = step;
    this.runs.diary.push(`- ${stack.name}: ${JSON.stringify(told)}`);
    this.site.advance(step.advance);
    for (const deed of step.deeds) await this.runs.meddle(deed);
    if (step.deeds.length > 0) this.foretold.somethingHappens();
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
      if (this.system.longestQuarantine !== undefined) {
        this.site.advance(this.system.longestQuarantine + 300);
        await this.up(stack, UP);
      }
      oneKeyIsLeft(this.runs.oracle.managed(stack.state), await this.runs.look(), this.runs.watch);
      await this.destroy(stack, UP);
    }
    nothingIsLeft(await this.runs.look(), this.runs.watch);
  }

  /** Where nobody can look, only another rotation says whether the published secret has ended. */
  private rotateAll(stack: Stack): void {
    const rotations = stack.source.rotations + 1;
    const items = stack.source.items.map((item) => ({ ...item, rotationId: `r${rotations}` }));
    stack.source = { ...stack.source, rotations, items };
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
    const isTrue = this.foretold.counts(stack.name);
    this.foretold.somethingHappens();
    let result = await this.upOnce(stack, step, options, step.trouble);
    // What a system cannot have is let through while it does not answer; a run that it answers refuses it, as the preview did.
    const isRefused = result !== undefined && (hasFailed(result) || (announced !== undefined && hasFailed(announced)));
    const isCut = result === undefined || (this.runs.wire.isDisturbed && isRefused);
    const isClean = !this.runs.wire.isDisturbed && result !== undefined && !hasFailed(result);
    if (isClean && result && announced && !run.refresh) {
      announcedIsDone(announced, result);
      if (isTrue) this.runs.tally.foretold += this.foretold.hasCome(announced, stack.state);
    }
    if (isClean && (isTrue || (run.refresh && !this.system.isBlind))) this.foretold.isCurrent(stack.name);
    if (isCut && !step.again) return this.leave(stack);
    if (isCut) result = await this.upOnce(stack, step, options);
    for (let refusals = 0; result && hasFailed(result); refusals++) {
      const problems = [...result.invalid, ...result.failures.map(({ message }) => message)].join("\n");
      assert.ok(refusals < MOST_REFUSALS, `(5) no way out leads anywhere: ${problems}`);
      this.runs.tally.refusals++;
      this.ways.go(stack, result, step.wayOut === "restore" && refusals === 0 ? "restore" : "adopt");
      // Two resources that came to have one user, and would each give it a name of its own.
      if (this.system.renames && refusals > 3) for (const { urn } of result.failures) this.ways.forget(stack, urn);
      result = await this.upOnce(stack, step, { serial: step.serial });
    }
    stack.good = stack.source;
    const managed = this.runs.oracle.managed(stack.state);
    if (managed.some((one) => this.hasDueKeys(one))) return;
    const idle = await this.upOnce(stack, step, { serial: step.serial });
    assert.deepEqual(this.runs.watch.writes, [], "(5) the run after a clean one changes something");
    assert.deepEqual(idle?.failures, [], "(5) the run after a clean one fails");
    const busy = idle?.deeds.filter(({ did }) => did !== "same");
    assert.deepEqual(busy, [], "(5) the run after a clean one has something to do");
    assert.equal(this.runs.watch.requests, 0, "(5) the run after a clean one asks something");
  }

  /** A cut-off run is not repeated: the next one may have another program, and need not know what this one made. */
  private leave(stack: Stack): void {
    stack.leftBehind = new Map();
  }

  private async preview(stack: Stack, step: Step, options: UpOptions): Promise<Result | undefined> {
    const { state } = stack;
    const program = this.runs.programOf(stack, step);
    const result = await this.runs.once(stack, "preview", step, (run) => run.preview(program, options));
    assert.deepEqual(stack.state, state, "(2) a preview changes state");
    return result;
  }

  private async refresh(stack: Stack, step: Step, trouble?: Trouble): Promise<void> {
    const { state } = stack;
    const result = await this.runs.once(stack, "refresh", step, (run) => run.refresh(), trouble);
    for (const { urn, message } of result?.failures ?? []) {
      assert.ok(this.runs.wire.isDisturbed || UNREADABLE.test(message), "(2) a refresh fails for no reason");
      const [before, after] = [state, stack.state].map(({ resources }) => resources.filter((one) => one.urn === urn));
      assert.deepEqual(after, before, "(2) a refresh that fails changes something");
    }
    if (result === undefined) assert.deepEqual(stack.state, state, "(2) a refresh that is killed changes something");
    const isWhole = result !== undefined && !this.runs.wire.isDisturbed && !hasFailed(result);
    if (isWhole && !this.system.isBlind) this.foretold.isCurrent(stack.name);
  }

  private upOnce(stack: Stack, step: Step, options: UpOptions, trouble?: Trouble): Promise<Result | undefined> {
    const program = this.runs.programOf(stack, step);
    return this.runs.once(stack, "up", step, (run) => run.up(program, options), trouble, options);
  }

  /** Time has passed while the run went on: the next one ends keys. */
  private hasDueKeys({ place, ring }: Managed): boolean {
    const quarantine = quarantineOf(this.runs.watch.declared.get(place)?.item);
    return ring.some((key) => isDue(key, this.runs.now(), quarantine));
  }

  private managedByOthers(stack: Stack): Managed[] {
    return Object.values(this.stacks).flatMap((other) =>
      other === stack ? [] : this.runs.oracle.managed(other.state),
    );
  }

  private async destroy(stack: Stack, step: Step): Promise<void> {
    this.foretold.somethingHappens();
    const once = (trouble?: Trouble) =>
      this.runs.once(stack, "destroy", step, (run) => run.destroy(step.serial), trouble);
    let result = await once(step.trouble);
    const isCut = result === undefined || (this.runs.wire.isDisturbed && hasFailed(result));
    if (isCut && !step.again) return this.leave(stack);
    if (isCut) result = await once();
    for (let refusals = 0; result && result.failures.length > 0; refusals++) {
      assert.ok(refusals < MOST_REFUSALS, "(5) no way out leads anywhere");
      this.runs.tally.refusals++;
      for (const { urn } of result.failures) this.ways.forget(stack, urn);
      result = await once();
    }
    assert.deepEqual(stack.state.resources, [], "(5) a destroy leaves something in state");
  }

  /** `pulumi state delete` */
  private forget(stack: Stack, at: number): void {
    const resource = stack.state.resources[at % Math.max(1, stack.state.resources.length)];
    if (resource === undefined) return;
    this.foretold.forgets(resource.urn);
    this.ways.forget(stack, resource.urn);
  }
}

function announcedIsDone(announced: Result, { deeds }: Result): void {
  const named = (all: Result["deeds"]) => all.map(({ urn, did }) => `${urn} ${did}`).sort();
  const done = deeds.filter(({ did }) => did !== "deleted" && did !== "gone");
  assert.deepEqual(named(done), named(announced.deeds), "(5) a preview announces what is done");
}
