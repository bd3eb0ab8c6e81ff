/**
 * Where a story is played: a gateway, Pulumi's engine with a single user or a fleet in it, and somebody who watches over
 * each user. Says to each of them what was wished for it, what weather it had, and how its part of a run ended.
 */
import assert from "node:assert/strict";
import { rgw } from "../../provider/backends/rgw";
import type { Send } from "../../provider/http/wire";
import type { Board } from "../../provider/pulumi/board";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import { openResource } from "../../provider/pulumi/resource";
import type { Inputs } from "../../provider/pulumi/state";
import { Engine } from "../provider/engine";
import { memberOf, problemOf } from "../provider/member";
import { bench } from "../provider/world";
import { Leaks } from "./leaks";
import { Others } from "./others";
import type { Step, Story, Wishes } from "./story";
import { Watch } from "./watch";
import { Air, type Weather } from "./weather";

/** How a run ended. */
export type Outcome<T> =
  | { readonly kind: "done"; readonly result: T }
  | { readonly kind: "failed"; readonly error: Error }
  | { readonly kind: "killed" };

interface Player {
  readonly name: Story["names"][number];
  readonly watch: Watch;
  readonly others: Others;
}

export class Stage {
  private constructor(
    private readonly shape: Story["shape"],
    private readonly players: readonly Player[],
    private readonly engine: Engine,
    private readonly air: Air,
    private readonly open: () => Promise<void>,
    private readonly advance: (seconds: number) => void,
  ) {}

  static async open(shape: Story["shape"], names: Story["names"]): Promise<Stage> {
    let wire: Send | undefined;
    const { gateway, world, config } = bench((send) => {
      wire = send;
      return send;
    });
    const { board } = world;
    assert.ok(wire && board);
    const send = wire;
    const air = new Air(gateway, names);
    let process = {};
    const provider = () => {
      const connection = air.connect(send);
      const own = {};
      process = own;
      // What is left of a process that was killed leaves no note for those after it.
      const post: Board["post"] = (notes) => (process === own ? board.post(notes) : undefined);
      const outside = { ...world, openTransport: () => connection, board: { ...board, post } };
      return shape === "single" ? openResource(rgw, outside) : openFleet(rgw, outside);
    };
    const engine = new Engine(provider(), world);
    const open = async () => {
      engine.provider = provider();
      await engine.provider.configure({ config });
    };
    await open();
    const leaks = new Leaks();
    leaks.watchFor([gateway.admin.secretKey]);
    const players = names.map((name) => {
      const state = {
        get stored() {
          return shape === "single" ? engine.stored : memberOf(engine.stored, name);
        },
      };
      return {
        name,
        watch: new Watch(gateway, world, state, air, leaks, name),
        others: new Others(gateway, world.now, name),
      };
    });
    return new Stage(shape, players, engine, air, open, world.advance);
  }

  async play(one: Step): Promise<void> {
    switch (one.do) {
      case "wait":
        return this.advance(one.seconds);
      case "others":
        this.player(one.who).others.meddle(one.deed);
        return this.player(one.who).watch.othersActed();
      case "up":
        return this.up(one.wishes, one.weather, one.who);
      case "refresh":
        return this.refresh(one.weather, one.who);
      case "destroy":
        return this.destroy(one.weather, one.who);
    }
  }

  /** Fair weather: one run puts everything right, and the next has nothing to do for whoever is there. */
  async end(last: Wishes): Promise<void> {
    await this.refresh(undefined, 0);
    await this.up(last, undefined, 0);
    await this.idle(last, "the run after");
    await this.refresh(undefined, 0);
    await this.idle(last, "the run after a refresh");
    for (const { watch } of this.players) watch.noLeak();
  }

  private async up(wishes: Wishes, over: Weather | undefined, who: number): Promise<void> {
    const parts = this.players.map(({ name, watch }, i) => {
      const own = over && (i === who || "kill" in over) ? over : undefined;
      return { name, watch, over: own, wish: wishes[i] };
    });
    for (const { watch, wish, over } of parts) {
      if (wish) watch.beforeUp(wish, over);
      else watch.beforeDestroy();
    }
    const outcome = await this.run(over, who, () => this.engine.up(this.programOf(wishes)));
    for (const { name, watch, wish, over } of parts) {
      const own = this.partOf(outcome, name);
      if (wish) watch.afterUp(wish, over, own);
      else watch.afterDestroy(over, own);
    }
  }

  private async refresh(over: Weather | undefined, who: number): Promise<void> {
    const overOf = (i: number) => (i === who ? over : undefined);
    for (const [i, { watch }] of this.players.entries()) watch.beforeLook(overOf(i));
    const outcome = await this.run(over, who, () => this.engine.refresh());
    for (const [i, { name, watch }] of this.players.entries())
      watch.afterRefresh(overOf(i), this.wholeOf(outcome, name));
  }

  /** A destroy that fails leaves the state of all members as it was, whatever became of them. */
  private async destroy(over: Weather | undefined, who: number): Promise<void> {
    for (const { watch } of this.players) watch.beforeDestroy();
    const outcome = await this.run(over, who, () => this.engine.destroy());
    for (const { name, watch } of this.players) watch.afterDestroy(over, this.wholeOf(outcome, name));
  }

  private async idle(wishes: Wishes, what: string): Promise<void> {
    await this.up(wishes, undefined, 0);
    for (const [i, { watch }] of this.players.entries()) {
      // While another member fails, a retired key waits for its grace to begin, and is looked at each time. So is a user
      // whose deletion is refused.
      const most = watch.hasWaitingKeys || (wishes[i] === undefined && watch.isDoubtful) ? ["GET user"] : [];
      if (watch.isThere && !watch.isMadeAnew) assert.deepEqual(watch.requests(), most, `${what} has nothing to do`);
    }
  }

  /** Runs a part of Pulumi until its end or until it is killed; then another process takes its place. */
  private async run<T>(over: Weather | undefined, who: number, work: () => Promise<T>): Promise<Outcome<T>> {
    const before = this.engine.stored;
    // Each run has a process of its own: one that made a user and was told to forget it would take it for a second one.
    if (this.shape === "fleet") await this.open();
    this.air.begin(over, this.player(who));
    const ended = work().then(
      (result): Outcome<T> => ({ kind: "done", result }),
      (error: Error): Outcome<T> => ({ kind: "failed", error }),
    );
    const outcome = await Promise.race([ended, this.air.killed.then((): Outcome<T> => ({ kind: "killed" }))]);
    this.air.clear();
    if (outcome.kind === "killed") {
      this.engine.stored = before;
      await this.open();
    }
    return outcome;
  }

  private programOf(wishes: Wishes): Inputs {
    if (this.shape === "single") return wishes[0] ?? {};
    const users = this.players.flatMap(({ name }, i) => (wishes[i] ? [[name, wishes[i]] as const] : []));
    // Members come and go at random here: no story takes that for an accident.
    return { users: Object.fromEntries(users), allowRemovals: true };
  }

  /** How a run ended for one user: of a fleet only those failed whom its error names, the others are done. */
  private partOf<T>(outcome: Outcome<T>, name: Player["name"]): Outcome<T | undefined> {
    if (this.shape === "single" || outcome.kind !== "failed") return outcome;
    const problems = this.problems(outcome.error);
    if (problems.size === 0) return outcome;
    const problem = problems.get(name);
    return problem === undefined ? { kind: "done", result: undefined } : { kind: "failed", error: new Error(problem) };
  }

  /** How a run ended that is done for all or for nobody. */
  private wholeOf<T>(outcome: Outcome<T>, name: Player["name"]): Outcome<T> {
    if (this.shape === "single" || outcome.kind !== "failed") return outcome;
    const problems = this.problems(outcome.error);
    const problem = problems.get(name) ?? [...problems.values()][0];
    return problem === undefined ? outcome : { kind: "failed", error: new Error(problem) };
  }

  private problems({ message }: Error): Map<string, string> {
    const all = this.players.map(({ name }) => [name, problemOf(message, name)] as const);
    return new Map(all.flatMap(([name, problem]) => (problem === undefined ? [] : [[name, problem] as const])));
  }

  private player(who: number): Player {
    const player = this.players[who];
    assert.ok(player);
    return player;
  }
}
