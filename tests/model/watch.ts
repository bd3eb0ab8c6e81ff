/**
 * What must never break, checked from outside: the gateway's own store beside Pulumi's state.
 *
 * - The keys that consumers hold work after every request, until they are meant to end.
 * - What is published works, unless others broke it and no run has looked since.
 * - Every key on the gateway is in state, of others, or left by a run that was killed or failed.
 * - A retired key keeps its deadline, and is gone after the first run beyond it.
 * - A run in fair weather does what is wished for, and refuses a user of others.
 * - Secrets stand in their two places and nowhere else.
 */
import assert from "node:assert/strict";
import type { Gateway } from "../../devserver/rgw/gateway";
import { deriveAccessKey } from "../../provider/lifecycle/keys";
import type { KeyRecord } from "../../provider/lifecycle/model";
import type { Inputs } from "../../provider/state";
import type { Deed, Engine, Stored } from "../provider/engine";
import { s3Says } from "../provider/stack";
import type { FakeWorld } from "../provider/world";
import { isTheirs } from "./others";
import type { Outcome } from "./story";
import type { Air, Weather } from "./weather";

const DAY = 86_400;

/** A key that somebody uses, and until when it must work. */
interface Held {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly until: number;
}

export class Watch {
  /** Nobody but Pulumi has acted since a run last looked. */
  private looked = true;
  private held: Held[] = [];
  private publishedWorked = false;
  private broken: string | undefined;
  private start = 0;
  private before: Stored | undefined;
  private readonly left = new Set<string>();
  private readonly retiredAt = new Map<string, string>();
  private readonly texts: string[] = [];
  private readonly secrets = new Set<string>();

  constructor(
    private readonly gateway: Gateway,
    private readonly world: FakeWorld,
    private readonly engine: Engine,
    air: Air,
  ) {
    this.secrets.add(gateway.admin.secretKey);
    air.afterRequest = () => this.afterRequest();
  }

  othersActed(): void {
    this.looked = false;
    this.rememberSecrets();
  }

  beforeUp(wish: Inputs, over: Weather | undefined): void {
    this.begin();
    this.held = over && "others" in over ? [] : this.keysToHold(wish);
  }

  afterUp(wish: Inputs, over: Weather | undefined, outcome: Outcome<Deed>): void {
    this.end(outcome);
    const meddled = over !== undefined && "others" in over;
    if (meddled) this.looked = false;
    if (outcome.kind !== "done") {
      if (wish.createKey !== false) this.left.add(wantedId(wish));
      if (over === undefined) this.mustBeRefusal(wish, outcome);
      const mayHaveEnded = meddled || this.isHardCut(wish) || (outcome.kind === "killed" && graceOf(wish) === 0);
      if (this.publishedWorked && !mayHaveEnded) assert.ok(this.publishedWorks(), "what is published does not work");
    } else {
      if (!meddled && this.runLooked()) this.looked = true;
      for (const id of this.left) if (!this.live().has(id)) this.left.delete(id);
      if (this.publishedWorked && !meddled)
        assert.ok(this.publishedWorks(), "what is published does not work any more");
      if (!meddled && (wish.createKey !== false || this.outputs().keyId !== undefined)) this.noneOverdue();
      if (this.looked) this.isAsWished(wish);
    }
    if (!meddled) this.keysAreKnown();
  }

  beforeLook(over: Weather | undefined): void {
    this.begin();
    this.held = over && "others" in over ? [] : this.keysToHold(this.engine.stored?.inputs ?? {});
  }

  afterRefresh(over: Weather | undefined, outcome: Outcome<void>): void {
    this.end(outcome);
    if (over && "others" in over) {
      this.looked = false;
      return;
    }
    if (outcome.kind === "done") {
      this.looked = true;
      const isGone = this.engine.stored === undefined;
      assert.equal(isGone, this.before === undefined || !this.gateway.user("ann"), "a refresh tells who is there");
      if (isGone) this.retiredAt.clear();
    } else {
      assert.deepEqual(this.engine.stored, this.before, "a refresh that fails changes nothing");
    }
    this.keysAreKnown();
  }

  beforeDestroy(): void {
    this.begin();
    this.held = [];
  }

  afterDestroy(over: Weather | undefined, outcome: Outcome<void>): void {
    this.end(outcome);
    if (outcome.kind !== "done" || (over && "others" in over)) this.looked = false;
    else if (this.before !== undefined) assert.equal(this.gateway.user("ann"), undefined, "destroyed users are gone");
    if (outcome.kind === "done") this.retiredAt.clear();
    if (outcome.kind !== "done" && over === undefined) assert.fail(`destroy ${outcome.kind} in fair weather`);
  }

  /** The requests of the last run. */
  requests(): Record<string, number> {
    return this.gateway.requests.tally();
  }

  /** No secret in anything that people or Pulumi see, but for the two outputs and the input that are encrypted. */
  noLeak(): void {
    const text = [...this.texts, ...this.world.lines].join("\n");
    for (const secret of this.secrets) assert.ok(!text.includes(secret), "a secret leaked");
    const { accessKey, secretKey, keyId } = this.engine.stored?.outputs ?? {};
    if (keyId === undefined) return;
    assert.match(
      s3Says({ gateway: this.gateway, world: this.world }, accessKey, secretKey),
      /^(200|403 UserSuspended)$/,
      "S3 accepts what is published",
    );
  }

  /** Whether the last run has seen the whole user: a change of settings alone needs no look. */
  private runLooked(): boolean {
    return this.gateway.requests.count(({ kind, status }) => /^(GET|PUT) user$/.test(kind) && status === 200) > 0;
  }

  private begin(): void {
    this.gateway.requests.reset();
    this.broken = undefined;
    this.start = this.world.now().getTime();
    this.before = this.engine.stored;
    this.publishedWorked = this.publishedWorks();
  }

  private end(outcome: Outcome<unknown>): void {
    this.held = [];
    this.rememberSecrets();
    if (this.broken !== undefined) assert.fail(this.broken);
    if (outcome.kind === "failed") {
      const { name, message } = outcome.error;
      assert.equal(name, "Error", `a fault of the code: ${outcome.error.stack}`);
      assert.match(
        message,
        /^[a-z ]+ing( [a-z]+)* (user|key) .+: .+\. .+\.$/s,
        "an error says what, to whom and what to do",
      );
      this.texts.push(message);
    }
    const { stored } = this.engine;
    if (stored === undefined) return;
    assert.deepEqual([...stored.secrets].sort(), secretNames(stored), "secrets are marked, and nothing else");
    const { secretKey: _s, previousSecretKey: _p, ...open } = stored.outputs;
    const { secretKey: _i, ...inputs } = stored.inputs;
    this.texts.push(JSON.stringify([open, inputs]));
    this.deadlinesStay();
  }

  private afterRequest(): void {
    this.rememberSecrets();
    const keys = this.live();
    for (const { accessKey, secretKey, until } of this.held) {
      if (this.world.now().getTime() < until && keys.get(accessKey) !== secretKey) {
        this.broken ??= `key ${accessKey} ended while somebody held it`;
      }
    }
  }

  /** The ring's keys that work, except those whose end is wished for. */
  private keysToHold(wish: Inputs): Held[] {
    const keys = this.live();
    const grace = graceOf(wish);
    return this.ring().flatMap((record) => {
      const secretKey = keys.get(record.accessKey);
      const isCut = wish.accessKey === record.accessKey && wish.secretKey !== undefined && wish.secretKey !== secretKey;
      if (secretKey === undefined || isCut) return [];
      const from = record.retiredAt === undefined ? this.start : Date.parse(record.retiredAt);
      return [{ accessKey: record.accessKey, secretKey, until: from + grace * 1000 }];
    });
  }

  private isHardCut({ accessKey, secretKey }: Inputs): boolean {
    const published = this.before?.outputs;
    return accessKey !== undefined && accessKey === published?.accessKey && secretKey !== published?.secretKey;
  }

  /** In fair weather a run fails for one reason only: the user is there and nothing says that it is ours. */
  private mustBeRefusal(wish: Inputs, outcome: Outcome<Deed>): void {
    assert.ok(
      outcome.kind === "failed" && this.before === undefined && wish.adopt !== true,
      `a run ${outcome.kind} in fair weather: ${outcome.kind === "failed" && outcome.error.message}`,
    );
    const secretKey = this.live().get(wantedId(wish));
    const isOurs = wish.createKey !== false && secretKey !== undefined && (wish.secretKey ?? secretKey) === secretKey;
    assert.ok(this.gateway.user("ann") && !isOurs, `our own user is refused: ${outcome.error.message}`);
    assert.match(outcome.error.message, /exists already/);
  }

  private isAsWished(wish: Inputs): void {
    const user = this.gateway.user("ann")?.user;
    assert.ok(user, "the user is there");
    for (const name of ["displayName", "email", "maxBuckets", "suspended"] as const) {
      if (wish[name] !== undefined) assert.equal(user[name], wish[name], name);
    }
    const ids = this.ring().map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id) => !this.live().has(id)),
      [],
      "every key of the ring lives",
    );
    if (wish.exclusiveKeys === true) assert.deepEqual([...this.live().keys()].sort(), [...ids].sort(), "exclusiveKeys");
    if (wish.createKey === false) return;
    const { accessKey, secretKey, keyId } = this.outputs();
    assert.ok(this.publishedWorks(), "a run publishes a key that works");
    const current = this.ring().filter(({ retiredAt }) => retiredAt === undefined);
    assert.deepEqual(
      current.map(({ id }) => id),
      [keyId],
      "one key is current, and it is published",
    );
    if (wish.prove !== false) assert.ok(current[0]?.provenAt, "what is published was proven");
    if (wish.accessKey !== undefined) assert.equal(accessKey, wish.accessKey, "the own key is current");
    else if (accessKey !== wantedId(wish)) {
      assert.equal(current[0]?.rotationId, wish.rotationId ?? "", "the rotation's key is current");
    }
    if (wish.secretKey !== undefined) assert.equal(secretKey, wish.secretKey, "with the own secret");
    for (const { retiredAt, expiresAt } of this.ring()) {
      if (retiredAt === undefined) continue;
      assert.equal(expiresAt, new Date(Date.parse(retiredAt) + graceOf(wish) * 1000).toISOString(), "the deadline");
    }
  }

  private noneOverdue(): void {
    const overdue = this.ring().filter(
      ({ expiresAt }) => expiresAt !== undefined && Date.parse(expiresAt) <= this.start,
    );
    assert.deepEqual(overdue, [], "no retired key outlives a run after its deadline");
  }

  private deadlinesStay(): void {
    for (const { id, retiredAt } of this.ring()) {
      if (retiredAt === undefined) this.retiredAt.delete(id);
      else assert.equal(this.retiredAt.get(id) ?? retiredAt, retiredAt, "a retired key's grace begins once");
      if (retiredAt !== undefined) this.retiredAt.set(id, retiredAt);
    }
  }

  private keysAreKnown(): void {
    const ring = new Set(this.ring().map(({ id }) => id));
    const unknown = [...this.live().keys()].filter((id) => !ring.has(id) && !isTheirs(id) && !this.left.has(id));
    assert.deepEqual(unknown, [], "every key on the gateway is known");
  }

  private publishedWorks(): boolean {
    const { keyId, accessKey, secretKey } = this.engine.stored?.outputs ?? {};
    return keyId !== undefined && this.live().get(String(accessKey)) === secretKey;
  }

  private outputs() {
    assert.ok(this.engine.stored, "the resource is in state");
    return this.engine.stored.outputs;
  }

  private ring(): KeyRecord[] {
    return (this.engine.stored?.outputs.keys ?? []) as KeyRecord[];
  }

  private live(): ReadonlyMap<string, string> {
    return this.gateway.user("ann")?.keys ?? new Map();
  }

  private rememberSecrets(): void {
    for (const secret of this.live().values()) this.secrets.add(secret);
  }
}

function graceOf(wish: Inputs): number {
  return (wish.gracePeriodSeconds as number | undefined) ?? DAY;
}

/** The key that a run would make. */
function wantedId({ accessKey, rotationId }: Inputs): string {
  return (accessKey as string | undefined) ?? deriveAccessKey("ann", (rotationId as string | undefined) ?? "");
}

function secretNames({ outputs }: Stored): string[] {
  return ["previousSecretKey", "secretKey"].filter((name) => outputs[name] !== undefined);
}
