/**
 * Where a walk takes place: two clusters with strangers on them, and two stacks with their programs and states. Plays one
 * step after the other, and goes every way out that a refusal offers.
 */
import assert from "node:assert/strict";
import { admin } from "../devserver/request";
import { chance } from "../provider/world";
import { edited, newItem } from "./edits";
import { type Result, Run, type UpOptions } from "./engine";
import { isNamed, judge, managedBy } from "./oracle";
import { Processes } from "./processes";
import { compile, EMPTY, type Item, type Program, placeOf, type Source, type StackName, type Uid } from "./program";
import { NO_STATE, type State } from "./state";
import type { Failure } from "./steps";
import type { Step } from "./story";
import { Watch, type Watched } from "./watch";
import { type Crash, Wire } from "./wire";

/** Users that others made: the uids of our programs, some on one cluster, some on both. */
const STRANGERS = { first: ["eve", "sue"], second: ["ann", "ben", "eve"] } as const;

/** The most refusals in a row, each with another resource to see to. */
const MOST_REFUSALS = 8;

/** What walks came to. */
export interface Tally {
  /** Runs of Pulumi, previews among them. */
  runs: number;
  /** Runs that were killed. */
  crashes: number;
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

export class Stage {
  private readonly wire = new Wire();
  private readonly watch = new Watch();
  private readonly stacks: Readonly<Record<StackName, Stack>>;

  constructor(
    first: Source,
    private readonly tally: Tally,
  ) {
    const stack = (name: StackName, source: Source): Stack => {
      return { name, source, former: EMPTY, good: EMPTY, state: NO_STATE, leftBehind: new Map() };
    };
    this.stacks = { dev: stack("dev", first), prod: stack("prod", EMPTY) };
    for (const cluster of ["first", "second"] as const) {
      const gateway = this.wire.clusters[cluster];
      for (const uid of STRANGERS[cluster]) {
        const key = `access-key=THEIRS-${uid}&secret-key=their-secret-of-${uid}-on-the-${cluster}`;
        const user = `uid=${uid}&display-name=Theirs&${key}`;
        gateway.handle(admin(gateway, `PUT user?${user}`, this.wire.world.now()));
        this.watch.belongsToStrangers(`${cluster}/${uid}`);
      }
    }
    this.wire.answered = (call) => this.watch.answered(call, this.wire.now());
    this.wire.heard = (seen) => this.watch.heard(seen);
  }

  async play(step: Step): Promise<void> {
    const stack = this.stacks[step.stack];
    this.wire.world.advance(step.advance);
    const { source } = stack;
    for (const one of step.edits) stack.source = edited(stack.name, stack.source, one, stack.former);
    if (step.edits.length > 0) stack.former = source;
    switch (step.run.do) {
      case "up":
        return this.up(stack, step);
      case "refresh":
        await this.once(stack, "refresh", step, (run) => run.refresh());
        return;
      case "destroy":
        return this.destroy(stack, step);
      case "state delete":
        return this.forget(stack, step.run.at);
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
    await this.preview(stack, step, options);
    let result = await this.upOnce(stack, step, options, step.crash);
    if (result === undefined && !step.again) return this.leave(stack);
    if (result === undefined) result = await this.upOnce(stack, step, options);
    for (let refusals = 0; result && result.failures.length + result.invalid.length > 0; refusals++) {
      const problems = [...result.invalid, ...result.failures.map(({ message }) => message)].join("\n");
      assert.ok(refusals < MOST_REFUSALS, `(5) no way out leads anywhere: ${problems}`);
      this.tally.refusals++;
      this.goWayOut(stack, result, step.wayOut === "restore" && refusals === 0 ? "restore" : "adopt");
      result = await this.upOnce(stack, step, { serial: step.serial });
    }
    stack.good = stack.source;
    const idle = await this.upOnce(stack, step, { serial: step.serial });
    assert.deepEqual(this.watch.writes, [], "(5) the run after a clean one changes something");
    assert.deepEqual(idle?.failures, [], "(5) the run after a clean one fails");
    const busy = idle?.deeds.filter(({ did }) => did !== "same");
    assert.deepEqual(busy, [], "(5) the run after a clean one has something to do");
  }

  /** A killed run is not repeated: the next one may have another program, and need not know what this one made. */
  private leave(stack: Stack): void {
    stack.leftBehind = new Map();
  }

  private async preview(stack: Stack, step: Step, options: UpOptions): Promise<void> {
    const { state } = stack;
    const program = this.programOf(stack, step);
    await this.once(stack, "preview", step, (run) => run.preview(program, options));
    assert.deepEqual(stack.state, state, "(2) a preview changes state");
  }

  private upOnce(stack: Stack, step: Step, options: UpOptions, crash?: Crash): Promise<Result | undefined> {
    const program = this.programOf(stack, step);
    return this.once(stack, "up", step, (run) => run.up(program, options), crash);
  }

  private programOf({ name, source }: Stack, { shuffled, seed }: Step): Program {
    const program = compile(name, source);
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
    crash?: Crash,
  ): Promise<Result | undefined> {
    const { wire, watch } = this;
    const before = stack.state;
    const program = this.programOf(stack, step);
    const lines: string[] = [];
    wire.begin(step.seed, crash);
    watch.begin({ stack: stack.name, what, program });
    const run = new Run(before, new Processes(wire, lines), (state) => {
      stack.state = state;
    });
    const result = await Promise.race([work(run), wire.killed.then(() => undefined)]);
    run.snapshot.isClosed = true;
    this.tally.runs++;
    if (result === undefined) {
      this.tally.crashes++;
      watch.killed();
    }
    const { leftBehind } = stack;
    stack.leftBehind = result === undefined ? new Map(watch.makers) : new Map();
    if (what === "preview") stack.leftBehind = leftBehind;
    if (what === "up") this.noteAdoptions(stack, program);
    judge(wire, watch, { stack: stack.name, what, program, before, after: stack.state, result, lines, leftBehind });
    return result;
  }

  private async destroy(stack: Stack, step: Step): Promise<void> {
    const once = (crash?: Crash) => this.once(stack, "destroy", step, (run) => run.destroy(step.serial), crash);
    let result = await once(step.crash);
    if (result === undefined && !step.again) return this.leave(stack);
    if (result === undefined) result = await once();
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
    const { resources } = stack.state;
    if (resources.length > 0)
      stack.state = { ...stack.state, resources: resources.toSpliced(at % resources.length, 1) };
  }

  private forgetUrn(stack: Stack, urn: string): void {
    const { resources } = stack.state;
    const isReplaced = resources.some((one) => one.urn === urn && one.isReplaced);
    const rest = resources.filter((one) => one.urn !== urn || one.isReplaced !== isReplaced);
    stack.state = { ...stack.state, resources: rest };
  }

  /** What a reader of the refusals does: adopts, lets go of aliases, lets state go, or goes back to the text that was good. */
  private goWayOut(stack: Stack, { failures, invalid }: Result, way: Step["wayOut"]): void {
    const { source, state } = stack;
    if (way === "restore") stack.source = stack.good;
    else if (invalid.length > 0) {
      stack.source = { ...source, items: source.items.map((item) => ({ ...item, formerly: [] })) };
    } else for (const failure of failures) this.heed(stack, failure);
    if (stack.source === source && stack.state === state) stack.source = stack.good;
  }

  private heed(stack: Stack, { urn, method, message }: Failure): void {
    if (method === "delete" && /state delete/.test(message)) this.forgetUrn(stack, urn);
    if (/allowRemovals/.test(message)) stack.source = { ...stack.source, allowRemovals: true };
    for (const [, uid] of message.matchAll(/deleting user "(\w+)": .*retainOnDelete/g)) this.retain(stack, uid as Uid);
    if (!/adopt/.test(message) || method === "delete" || method === "read") return;
    const { declarations } = compile(stack.name, stack.source);
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
    for (const { urn, users } of declarations) {
      const has = new Set(
        state.resources
          .filter((one) => one.urn === urn)
          .flatMap(managedBy)
          .map(({ place }) => place),
      );
      const adopted = users.filter(({ item }) => item.adopt).map(({ item }) => placeOf(source, item));
      for (const place of adopted) if (has.has(place)) this.watch.adopted(place, name);
    }
  }
}
