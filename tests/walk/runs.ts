/** Runs of Pulumi on a site, one at a time: each is played by the engine, watched, and judged when it is over. */
import { chance } from "../provider/world";
import { hasFailed, type Result, Run, type UpOptions } from "./engine";
import type { Managed, Truth } from "./managed";
import { Oracle } from "./oracle";
import { placeOf, renamedIn, renamesOf } from "./places";
import { Processes } from "./processes";
import { clusterOf, compile, type Program } from "./program";
import { Secrets } from "./secrets";
import type { Step } from "./story";
import type { Cluster, Site, System, User, Users } from "./system";
import { act, type Deed, type Trouble } from "./trouble";
import { Watch, type Watched } from "./watch";
import type { Stack } from "./ways-out";
import { Wire } from "./wire";

/** What walks came to. */
export interface Tally {
  /** Runs of Pulumi, previews among them. */
  runs: number;
  /** Runs that were killed, and others that met trouble. */
  killed: number;
  troubled: number;
  /** Refusals whose way out was gone. */
  refusals: number;
  /** Values that previews told, and that came. */
  foretold: number;
}

export class Runs {
  /** What happened, for who reads a failure. */
  readonly diary: string[] = [];
  readonly wire: Wire;
  readonly watch: Watch;
  readonly oracle: Oracle;
  private readonly secrets: Secrets;
  private deeds = 0;

  constructor(
    private readonly system: System,
    private readonly site: Site,
    readonly tally: Tally,
    private readonly othersOf: (stack: Stack) => Managed[],
  ) {
    this.wire = new Wire(system, site);
    this.watch = new Watch(system, () => this.wire.now());
    this.oracle = new Oracle(system, site, this.watch);
    this.secrets = new Secrets(site.secrets);
    this.wire.answered = (call) => this.watch.answered(call);
    this.wire.heard = (seen) => {
      for (const { after } of seen.changes) this.secrets.watchFor(after);
      const did = seen.changes.map(({ uid, after }) => `${uid} has ${[...(after?.keys.keys() ?? ["gone"])]}`);
      this.diary.push(`    ${seen.address}: ${seen.line} ${seen.status || did.join("; ")}`);
      this.watch.heard(seen, this.now());
    };
    this.wire.heedless = (line) => this.watch.breaks(`(8) ${line} is sent after Cancel`);
    this.wire.meddle = ({ deed }) => this.meddle(deed as Deed);
  }

  /** The site's clock. */
  now(): number {
    return this.site.world.now().getTime();
  }

  clusters(): Cluster[] {
    return this.system.clusters === 2 ? ["first", "second"] : ["first"];
  }

  async look(): Promise<Truth> {
    const first = await this.site.look("first");
    return { first, second: this.system.clusters === 2 ? await this.site.look("second") : new Map() };
  }

  programOf({ name, source }: Stack, { shuffled, seed }: Step): Program {
    const program = compile(this.system, name, source);
    if (!shuffled) return program;
    const random = chance(seed + 1);
    const order = program.declarations.map((one) => [random(), one] as const).sort(([a], [b]) => a - b);
    return { ...program, declarations: order.map(([, one]) => one) };
  }

  /** One run: plays it, and has it judged. Undefined when it was killed. */
  async once(
    stack: Stack,
    what: Watched["what"],
    step: Step,
    work: (run: Run) => Promise<Result>,
    trouble?: Trouble,
    { refresh = false, replace = [] }: UpOptions = {},
  ): Promise<Result | undefined> {
    const { wire, watch, site, system, oracle } = this;
    const before = stack.state;
    const program = this.programOf(stack, step);
    const was = await this.look();
    const start = this.now();
    this.diary.push(`  ${stack.name}: ${what}${refresh ? " --refresh" : ""} ${replace}`);
    wire.begin(step.seed, trouble);
    const names = system.keysOnly && what === "up" ? renamesOf(before, program) : new Map<string, string>();
    const managed = oracle.managed(renamedIn(before, names));
    watch.begin({ stack: stack.name, what, program, names }, { managed, truth: was, at: start, replaced: replace });
    const processes = new Processes(system, site, wire);
    const run = new Run(before, processes, (state) => {
      stack.state = state;
    });
    wire.enders.add(() => run.cancel());
    const result = await Promise.race([work(run), wire.killed.then(() => undefined)]);
    run.snapshot.isClosed = true;
    wire.end();
    await wire.carriedOut();
    this.tally.runs++;
    if (result === undefined) this.tally.killed++;
    else if (wire.isDisturbed) this.tally.troubled++;
    if (result === undefined || (wire.isDisturbed && hasFailed(result))) watch.interrupted(result === undefined);
    for (const { urn, method } of result?.failures ?? [])
      if (method === "delete" || system.keysOnly) watch.halfDeleted(stack.name, urn);
    const { leftBehind } = stack;
    stack.leftBehind = result === undefined ? new Map(watch.makers) : new Map();
    if (what === "preview") stack.leftBehind = leftBehind;
    if (what === "up" && !system.keysOnly) this.noteAdoptions(stack, program);
    const { lines, open } = processes;
    const said = [...lines, ...(result?.failures ?? []).map(({ message }) => message)];
    this.diary.push(...lines.map((line) => `    | ${line}`), `  = ${JSON.stringify(result ?? "killed")}`);
    const is = await this.look();
    for (const { outputs } of oracle.managed(stack.state)) this.secrets.watchForPassword(outputs);
    this.secrets.none([...said, ...open], is);
    const isRefreshed = what === "refresh" || refresh;
    const after = renamedIn(stack.state, names);
    const report = { stack: stack.name, what, program, was, is, start, end: this.now() };
    const how = { result, isDisturbed: wire.isDisturbed, isRefreshed, lines, leftBehind };
    await oracle.judge({ ...report, ...how, before: renamedIn(before, names), after }, this.othersOf(stack));
    watch.takesBack(names, stack.state);
    return result;
  }

  /** Whoever declares `adopt`, and has the user in state, has a part in it from now on. */
  private noteAdoptions({ name, source, state }: Stack, { declarations }: Program): void {
    const managed = this.oracle.managed(state);
    for (const { urn, users } of declarations) {
      const has = new Set(managed.filter((one) => one.urn === urn).map(({ place }) => place));
      const adopted = users
        .filter(({ item }) => item.adopt)
        .map(({ item }) => placeOf(this.system, clusterOf(source.addresses[item.instance]), item.uid, urn));
      for (const place of adopted) if (has.has(place)) this.watch.adopted(place, name);
    }
  }

  /** Somebody else's deed, between two requests of the run: nothing else happens meanwhile. */
  async meddle(deed: Deed): Promise<void> {
    const { cluster, uid } = deed;
    const begin = (users: Users) => {
      const before = users.get(uid);
      return { before, acted: act(deed, before, this.site.others, ++this.deeds) };
    };
    const note = (before: User | undefined, after: User | undefined) => {
      this.secrets.watchFor(after);
      this.watch.othersDid(`${cluster}/${uid}`, before, after);
    };
    const looked = this.site.look(cluster);
    if (!(looked instanceof Promise)) {
      const { before, acted } = begin(looked);
      note(before, (this.site.look(cluster) as Users).get(uid));
      return acted;
    }
    await this.wire.alone(async () => {
      const { before, acted } = begin(await this.site.look(cluster));
      await acted;
      note(before, (await this.site.look(cluster)).get(uid));
    });
  }
}
