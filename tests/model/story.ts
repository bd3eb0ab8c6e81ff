/**
 * One random story of a user: runs of Pulumi in all weathers, time that passes, other people's deeds. After each step,
 * and after each single request, what must never break is checked.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { rgw } from "../../provider/backends/rgw";
import { openResource } from "../../provider/resource";
import type { Inputs } from "../../provider/state";
import { Engine } from "../provider/engine";
import { bench } from "../provider/world";
import { type Deed, deed, Others } from "./others";
import { Watch } from "./watch";
import { Air, type Weather, weather } from "./weather";
import { wish } from "./wishes";

/** One step of a story. */
export type Step =
  | { readonly do: "up"; readonly wish: Inputs; readonly weather: Weather | undefined }
  | { readonly do: "refresh"; readonly weather: Weather | undefined }
  | { readonly do: "destroy"; readonly weather: Weather | undefined }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "others"; readonly deed: Deed };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant("up" as const), wish, weather }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("refresh" as const), weather }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("destroy" as const), weather }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(30, 700, 4000, 90_000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("others" as const), deed }) },
);

/** A story, and the wish of the last run, when the weather is fair again. */
export const story = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 5 }), last: wish });

/** Plays a story. Rejects where a promise was broken. */
export async function play({ steps, last }: { readonly steps: readonly Step[]; readonly last: Inputs }): Promise<void> {
  const stage = await Stage.open();
  for (const one of steps) await stage.play(one);
  await stage.end(last);
}

class Stage {
  private constructor(
    private readonly engine: Engine,
    private readonly air: Air,
    private readonly others: Others,
    private readonly watch: Watch,
    private readonly open: () => Promise<void>,
    private readonly advance: (seconds: number) => void,
  ) {}

  static async open(): Promise<Stage> {
    let air: Air | undefined;
    const { gateway, world, config } = bench((send) => (request, timeoutMs) => {
      assert.ok(air);
      return air.wrap(send)(request, timeoutMs);
    });
    const others = new Others(gateway, world.now);
    air = new Air(gateway, others);
    const engine = new Engine(openResource(rgw, world));
    const open = async () => {
      engine.provider = openResource(rgw, world);
      await engine.provider.configure({ config });
    };
    await open();
    return new Stage(engine, air, others, new Watch(gateway, world, engine, air), open, world.advance);
  }

  async play(one: Step): Promise<void> {
    switch (one.do) {
      case "wait":
        return this.advance(one.seconds);
      case "others":
        this.others.meddle(one.deed);
        return this.watch.othersActed();
      case "up":
        return this.up(one.wish, one.weather);
      case "refresh":
        return this.refresh(one.weather);
      case "destroy":
        return this.destroy(one.weather);
    }
  }

  /** Fair weather: one run puts everything right, and the next has nothing to do. */
  async end(last: Inputs): Promise<void> {
    await this.refresh(undefined);
    await this.up(last, undefined);
    if (this.engine.stored === undefined) return;
    await this.idle(last, "the run after");
    await this.refresh(undefined);
    await this.idle(last, "the run after a refresh");
    this.watch.noLeak();
  }

  private async up(inputs: Inputs, over: Weather | undefined): Promise<void> {
    this.watch.beforeUp(inputs, over);
    const outcome = await this.run(over, () => this.engine.up(inputs));
    this.watch.afterUp(inputs, over, outcome);
  }

  private async refresh(over: Weather | undefined): Promise<void> {
    this.watch.beforeLook(over);
    this.watch.afterRefresh(over, await this.run(over, () => this.engine.refresh()));
  }

  private async destroy(over: Weather | undefined): Promise<void> {
    this.watch.beforeDestroy();
    this.watch.afterDestroy(over, await this.run(over, () => this.engine.destroy()));
  }

  private async idle(inputs: Inputs, what: string): Promise<void> {
    await this.up(inputs, undefined);
    assert.deepEqual(this.watch.requests(), {}, `${what} has nothing to do`);
  }

  /** Runs a part of Pulumi until its end or until it is killed; then another process takes its place. */
  private async run<T>(over: Weather | undefined, work: () => Promise<T>): Promise<Outcome<T>> {
    const before = this.engine.stored;
    this.air.begin(over);
    const ended = work().then(
      (result): Outcome<T> => ({ kind: "done", result }),
      (error: Error): Outcome<T> => ({ kind: "failed", error }),
    );
    const outcome = await Promise.race([ended, this.air.killed.then((): Outcome<T> => ({ kind: "killed" }))]);
    this.air.begin(undefined);
    if (outcome.kind === "killed") {
      this.engine.stored = before;
      await this.open();
    }
    return outcome;
  }
}

/** How a run ended. */
export type Outcome<T> =
  | { readonly kind: "done"; readonly result: T }
  | { readonly kind: "failed"; readonly error: Error }
  | { readonly kind: "killed" };
