/**
 * The kill test: a real `pulumi up`, its program and its plugin end by SIGKILL in the middle of creating, rotating,
 * revoking or deleting three users of a real Ceph, in turns resources of their own and members of a fleet. The moment is chosen by chance from a printed seed: mostly the n-th
 * request to the gateway (before it arrives, while it is acted on, when it is answered, when the answer is delivered),
 * sometimes the clock. One more run must finish, and then state and Ceph must agree to the last key and secret.
 *
 *   OBJECT_USERS_KILLS=200 npx mocha -r ts-node/register/transpile-only tests/proofs/kill.test.ts
 *   OBJECT_USERS_SEED=… the same again, OBJECT_USERS_SHAPE=fleet or users: one shape only
 */
import assert from "node:assert/strict";
import { readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { RELEASES } from "../e2e/rgw/cluster";
import { search } from "../real/leaks";
import { needCeph } from "../real/needs";
import { type Running, describe as sentenceOf } from "../real/pulumi";
import { type Consumers, consumersAt } from "./ground/consumers";
import { type Deployment, type KeptState, OK, openDeployment } from "./ground/deployment";
import type { Values } from "./ground/engine";
import { figures, type Ground, openGround } from "./ground/ground";
import { FEW, PHASES, type Phase, SECRETS, type Shape, usersOf } from "./ground/phases";
import { type Chance, chanceOf, seed, size } from "./ground/seed";
import { type Verified, verify } from "./ground/verify";

const KILLS = size("OBJECT_USERS_KILLS", 2);
const SHAPES: readonly Shape[] = (["users", "fleet"] as const).filter(
  (shape) => (process.env.OBJECT_USERS_SHAPE ?? shape) === shape,
);
const UP = ["up", "--yes", "--skip-preview"];
const DESTROY = ["destroy", "--yes", "--skip-preview"];
const MOMENTS = ["before", "during", "answered", "delivered"] as const;
/** Who dies: mostly all of them at once, as in a power cut. */
const VICTIMS = ["all", "all", "all", "all", "plugin", "CLI"] as const;

/** In the short form each release has one of the shapes, and its share of the kills. */
const IS_LONG = KILLS > 10 || SHAPES.length < 2;
const RUNS = RELEASES.map((release, i) => ({
  release,
  shapes: IS_LONG ? SHAPES : SHAPES.filter((_, n) => RELEASES.length === 1 || n === i % SHAPES.length),
  kills: IS_LONG ? KILLS : Math.ceil(KILLS / RELEASES.length),
}));

for (const { release, shapes, kills } of RUNS)
  describe(`kill -9 of a real pulumi up, on Ceph ${release}`, function () {
    this.timeout(60_000 + kills * 30_000);
    let ground: Ground;
    let stack: Deployment;
    let consumers: Consumers;
    const counts = {
      kills: 0,
      "of them of a fleet": 0,
      "runs that ended before their kill": 0,
      "locks left": 0,
      "users with a chosen key that were adopted": 0,
      "notes of interrupted creations": 0,
      "notes of Pulumi's backend cut short": 0,
    };
    const ever: Verified["ever"] = new Map();

    before(async function () {
      await needCeph(this, { cli: true, release });
      ground = await openGround({ release });
      stack = await openDeployment({ ...ground.env, ...SECRETS });
      consumers = consumersAt(ground.ceph.endpoint);
    });
    after(async () => {
      await consumers?.stop();
      await stack?.dispose();
      await ground?.close();
    });

    it(`converges in one more run, ${kills} times, and consumers notice nothing`, async () => {
      const chance = chanceOf(seed());
      console.log(`      seed ${chance.seed}`);
      for (let cycle = 1; counts.kills < kills; cycle++) {
        const shape = shapes[(cycle - 1) % shapes.length];
        assert.ok(shape, "OBJECT_USERS_SHAPE is fleet or users");
        for (const phase of PHASES) {
          const attempt = `kill ${counts.kills + 1} (seed ${chance.seed}, cycle ${cycle}, ${phase.name} of ${shape}`;
          await killed(phase, shape, cycle, chance, attempt);
          if (counts.kills % 25 === 0) console.log(`      ${counts.kills} of ${kills} kills`);
          if (counts.kills === kills) break;
        }
      }
      figures(`kill on Ceph ${release}`, {
        ...counts,
        "S3 requests of consumers": consumers.asked,
        refused: consumers.refused.length,
      });
    });

    it("showed no secret and wrote none in clear", async () => {
      const { found, ...searched } = search(stack.places(), await ground.secrets());
      figures(`leaks of kill on Ceph ${release}`, { ...searched, leaks: found.length });
      assert.deepEqual(found, []);
    });

    /** One phase: begun, killed, finished by one more run, and compared. */
    async function killed(phase: Phase, shape: Shape, cycle: number, chance: Chance, attempt: string): Promise<void> {
      const isDelete = phase.name === "delete";
      const users = usersOf(phase.name, cycle);
      if (isDelete) for (const name of Object.keys(users)) consumers.hold(name, undefined);
      else declare(users, shape);
      const isKilled = KILLS > 10 || FEW[shape].includes(phase.name);
      const what = await run(phase, shape, isKilled ? chance : undefined, isDelete ? DESTROY : UP, attempt);
      const again = isDelete ? DESTROY : UP;
      const adopted = { ...users, own: { ...users.own, adopt: true } };
      const adopt = () => declare(adopted, shape);
      const kept = what === undefined ? await stack.kept() : await recover(again, `${attempt}, ${what})`, adopt);
      const differences = await verify(ground, kept, phase, cycle, { ever });
      assert.deepEqual(differences, [], `${attempt}, ${what ?? "not killed"})`);
      assert.deepEqual(consumers.refused, [], `${attempt}, ${what ?? "not killed"})`);
      for (const [name, { key }] of Object.entries(kept.everybody)) consumers.hold(name, key);
    }

    function declare(users: Readonly<Record<string, Values>>, shape: Shape): void {
      if (shape === "fleet") stack.declare({}, { fleet: { users } });
      else stack.declare(users);
    }

    /** Runs the phase, and with `chance` kills it; answers how, or undefined when it ended before. */
    async function run(
      phase: Phase,
      shape: Shape,
      chance: Chance | undefined,
      command: readonly string[],
      attempt: string,
    ): Promise<string | undefined> {
      if (chance === undefined) {
        await stack.run(command, OK);
        return undefined;
      }
      const victim = chance.of(VICTIMS);
      const byClock = chance.next() < 0.15;
      const nth = chance.whole(1, phase.requests);
      const moment = chance.of(MOMENTS);
      const afterMs = chance.whole(300, 2_500);
      const how = `${victim} ${byClock ? `after ${afterMs} ms` : `${moment} request ${nth}`}`;
      let done = false;
      const running = stack.spawn(command);
      const exit = new Promise<void>((resolve) => running.child.once("exit", () => resolve()));
      const strike = () => {
        if (running.child.exitCode !== null) return;
        done = kill(running, victim);
      };
      const timer = byClock ? setTimeout(strike, afterMs) : undefined;
      if (!byClock) ground.wire.trap(nth, moment, strike);
      await exit;
      clearTimeout(timer);
      ground.wire.disarm();
      if (done) {
        counts.kills++;
        if (shape === "fleet") counts["of them of a fleet"]++;
        return how;
      }
      const result = await running.done;
      assert.equal(result.code, 0, `${attempt}, never killed) ${sentenceOf(result)}`);
      counts["runs that ended before their kill"]++;
      return undefined;
    }

    /** Whether anybody died: by the clock, the plugin may not have been there yet. */
    function kill(running: Running, victim: (typeof VICTIMS)[number]): boolean {
      if (victim === "CLI") return running.child.kill("SIGKILL");
      if (victim === "all") {
        void running.kill();
        return true;
      }
      const plugins = running.processes().filter(({ command }) => command.includes("dynamic-provider"));
      for (const { pid } of plugins) process.kill(pid, "SIGKILL");
      return plugins.length > 0;
    }

    /**
     * What a user does next: `pulumi cancel` if the stack is locked, and the same command again. A new user whose key the
     * program chose is refused then, since a chosen key does not tell who made the user: the message asks for `adopt`.
     */
    async function recover(command: readonly string[], attempt: string, adopt: () => void): Promise<KeptState> {
      repairBackend();
      const half = await stack.kept();
      for (const { key, id } of Object.values(half.everybody)) {
        if (key !== undefined && command === UP)
          assert.equal(await ground.asks(key), "200", `${attempt}: what state has of ${id} is published`);
      }
      if (isLocked()) {
        counts["locks left"]++;
        await stack.run(["cancel", "--yes"], { expect: 0 });
      }
      const mustAdopt = command === UP && half.everybody.own === undefined && (await ground.user("own")) !== undefined;
      let again = await stack.run(command);
      if (mustAdopt) {
        assert.notEqual(again.code, 0, `${attempt}: a user with a chosen key was taken for an own one`);
        assert.deepEqual(Object.keys(refusalsIn(again.stdout)), ["own"], `${attempt}: ${sentenceOf(again)}`);
        assert.match(String(refusalsIn(again.stdout).own), /exists already.*Set adopt: true/);
        counts["users with a chosen key that were adopted"]++;
        adopt();
        again = await stack.run(command);
      }
      assert.equal(again.code, 0, `${attempt} did not converge: ${sentenceOf(again)}`);
      // Pulumi itself keeps the note of an interrupted creation, and a warning, until somebody refreshes.
      const kept = await stack.kept();
      if (kept.pending === 0) return kept;
      counts["notes of interrupted creations"]++;
      await stack.refresh({ args: ["--clear-pending-creates"], expect: 0 });
      return stack.kept();
    }

    /** What could not be created, by the user's name, with the sentence. */
    function refusalsIn(output: string): Record<string, string> {
      return Object.fromEntries(
        [...output.matchAll(/creating user "([^"]+)": (.*)/g)].map(([, name = "", says = ""]) => [name, says]),
      );
    }

    function isLocked(): boolean {
      return backendFiles("locks").length > 0;
    }

    /**
     * Pulumi's file backend writes a note of metadata beside each file, and not in one piece: a kill in that very moment
     * leaves it empty, and the CLI then says "failed to load checkpoint: EOF". The state itself is whole.
     */
    function repairBackend(): void {
      for (const file of backendFiles("stacks")) {
        if (!file.endsWith(".attrs") || statSync(file).size > 0) continue;
        rmSync(file);
        counts["notes of Pulumi's backend cut short"]++;
      }
    }

    function backendFiles(kind: "locks" | "stacks"): string[] {
      const directory = path.join(path.dirname(stack.directory), "state", ".pulumi", kind);
      const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    }
  });
