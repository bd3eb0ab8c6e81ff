/**
 * What must never break for one user, checked from outside: the gateway's own store beside Pulumi's state. The user may
 * be a resource of its own or a member of a fleet.
 *
 * - The keys that consumers hold work after every request, until they are meant to end.
 * - No run replaces the secret of a key that is there, unless it was told to.
 * - What is published works, unless others broke it and no run has looked since; and it was proven.
 * - The previous key is one that was published once.
 * - Every key on the gateway is in state, of others, or left by a run that was killed or failed.
 * - A retired key keeps its deadline, and is gone after the first run beyond it; it never becomes current again then.
 * - A user that a fleet only forgets is left exactly as it is.
 * - A run in fair weather does what is wished for, and refuses a user of others.
 * - Secrets stand in their two places and nowhere else.
 */
import assert from "node:assert/strict";
import type { Gateway, UserView } from "../../devserver/rgw/gateway";
import type { KeyRecord } from "../../provider/lifecycle/model";
import type { Inputs } from "../../provider/pulumi/state";
import type { Deed, Stored } from "../provider/engine";
import { s3Says } from "../provider/stack";
import type { FakeWorld } from "../provider/world";
import { endedWhileHeld, type Held, keysToHold } from "./consumers";
import type { Leaks } from "./leaks";
import { isTheirs } from "./others";
import type { Outcome } from "./stage";
import type { Air, Weather } from "./weather";
import { graceOf, idsToMake, isAsWished, noneOverdue, ringOf, wantedId } from "./wished";
import type { Name } from "./wishes";

export class Watch {
  /** Since a run last looked, nobody else has acted, and no run has acted without knowing it. */
  private looked = true;
  private held: Held[] = [];
  /** Keys as they were after the last request of a run; undefined while others may act. */
  private keysBefore: ReadonlyMap<string, string> | undefined;
  private mayReplace: unknown;
  /** Keys that lived beyond their deadline when the run began. */
  private overdue: string[] = [];
  /** The user is there, and nothing says that it is ours or may be taken over. */
  private mustRefuse = false;
  private publishedWorked = false;
  private broken: string | undefined;
  private start = 0;
  private before: Stored | undefined;
  private readonly left = new Set<string>();
  /** Every pair that state ever had as the current key. */
  private readonly published = new Set<string>();
  private readonly retiredAt = new Map<string, string>();
  private userBefore: UserView | undefined;

  constructor(
    private readonly gateway: Gateway,
    private readonly world: FakeWorld,
    private readonly state: { readonly stored: Stored | undefined },
    private readonly air: Air,
    private readonly leaks: Leaks,
    readonly name: Name,
  ) {
    air.afterRequest.push(() => this.afterRequest());
  }

  /** Whether state has the user. */
  get isThere(): boolean {
    return this.state.stored !== undefined;
  }

  othersActed(): void {
    this.looked = false;
    this.rememberSecrets();
  }

  beforeUp(wish: Inputs, over: Weather | undefined): void {
    this.begin();
    const meddled = over !== undefined && "others" in over;
    this.held = meddled ? [] : this.keysToHold(wish);
    this.keysBefore = meddled ? undefined : this.live();
    this.mustRefuse = !meddled && wish.adopt !== true && this.isOfOthers(wish);
    this.mayReplace = wish.secretKey === undefined ? undefined : wish.accessKey;
    const isOver = ({ expiresAt }: KeyRecord) => expiresAt !== undefined && Date.parse(expiresAt) <= this.start;
    this.overdue = this.ring().flatMap((key) => (isOver(key) && this.live().has(key.id) ? [key.id] : []));
  }

  afterUp(wish: Inputs, over: Weather | undefined, outcome: Outcome<Deed | undefined>): void {
    this.end(outcome);
    const meddled = over !== undefined && "others" in over;
    if (meddled || outcome.kind !== "done") this.looked = false;
    if (outcome.kind !== "done") {
      const ring = ringOf(this.before?.outputs ?? {});
      if (wish.createKey !== false) for (const id of idsToMake(wish, ring)) this.left.add(id);
      if (over === undefined) this.mustBeRefusal(outcome);
      const mayHaveEnded = meddled || this.isHardCut(wish) || (outcome.kind === "killed" && graceOf(wish) === 0);
      if (this.publishedWorked && !mayHaveEnded) assert.ok(this.publishedWorks(), "what is published does not work");
    } else {
      assert.ok(!this.mustRefuse, "a user of others was taken over");
      if (!meddled && this.runLooked()) this.looked = true;
      for (const id of this.left) if (!this.live().has(id)) this.left.delete(id);
      if (this.looked && !meddled) this.unfinishedIsContinued(wish);
      if (this.publishedWorked && !meddled)
        assert.ok(this.publishedWorks(), "what is published does not work any more");
      if (!meddled) noneOverdue(this.ring(), this.start);
      if (!meddled && wish.accessKey === undefined)
        assert.ok(!this.overdue.includes(String(this.outputs().accessKey)), "a key that is over became current again");
      const run = this.state.stored?.halfMade === true ? "failed" : "ended well";
      if (this.looked) isAsWished(wish, this.outputs(), this.gateway.user(this.name)?.user, run);
    }
    if (!meddled) this.keysAreKnown();
    this.wasProven(wish, outcome);
  }

  beforeLook(over: Weather | undefined): void {
    this.begin();
    this.held = over && "others" in over ? [] : this.keysToHold(this.state.stored?.inputs ?? {});
  }

  afterRefresh(over: Weather | undefined, outcome: Outcome<void>): void {
    this.end(outcome);
    if (over && "others" in over) {
      this.looked = false;
      return;
    }
    if (outcome.kind === "done") {
      this.looked = true;
      const isGone = this.state.stored === undefined;
      assert.equal(isGone, this.before === undefined || !this.gateway.user(this.name), "a refresh tells who is there");
      if (isGone) this.retiredAt.clear();
    } else {
      assert.deepEqual(this.state.stored, this.before, "a refresh that fails changes nothing");
    }
    this.keysAreKnown();
  }

  beforeDestroy(): void {
    this.begin();
    this.held = [];
    this.userBefore = this.isForgotten() ? structuredClone(this.gateway.user(this.name)) : undefined;
  }

  afterDestroy(over: Weather | undefined, outcome: Outcome<unknown>): void {
    this.end(outcome);
    const meddled = over !== undefined && "others" in over;
    if (outcome.kind === "done" && this.isForgotten()) this.isLeft(meddled);
    else if (outcome.kind !== "done" || meddled) this.looked = false;
    else if (this.before !== undefined)
      assert.equal(this.gateway.user(this.name), undefined, "destroyed users are gone");
    if (outcome.kind === "done") this.retiredAt.clear();
    if (outcome.kind !== "done" && over === undefined) this.mustBeDoubtful(outcome);
  }

  /** In fair weather a deletion is refused for one reason only: a run that was cut off ended every key that state knows. */
  private mustBeDoubtful(outcome: Outcome<unknown>): void {
    const said = outcome.kind === "failed" ? outcome.error.message : outcome.kind;
    assert.match(said, /deleting user "\w+": it carries keys, and none of them is of this resource/);
    if (!said.includes(`user "${this.name}"`)) return;
    assert.ok(this.isDoubtful, "a user of ours is not deleted");
  }

  /** Whether the user bears keys, and none that state knows, secrets included: its deletion is refused. */
  get isDoubtful(): boolean {
    const { keyId, secretKey, previousAccessKey, previousSecretKey } = this.state.stored?.outputs ?? {};
    const known = new Map([
      [keyId, secretKey],
      [previousAccessKey, previousSecretKey],
    ]);
    const bears = (id: string) => this.live().has(id) && (known.get(id) ?? this.live().get(id)) === this.live().get(id);
    return this.live().size > 0 && !this.ring().some(({ id }) => bears(id));
  }

  /** Whether a key is retired whose grace has not begun, because the runs since then failed. */
  get hasWaitingKeys(): boolean {
    return this.ring().some(({ retiredAt, expiresAt }) => retiredAt !== undefined && expiresAt === undefined);
  }

  /** The requests of the last run that were about this user. */
  requests(): string[] {
    return this.air.asked(this.name).map(({ kind }) => kind);
  }

  /** No secret in anything that people or Pulumi see, but for the two outputs and the input that are encrypted. */
  noLeak(): void {
    this.leaks.none(this.world.lines);
    const { accessKey, secretKey, keyId } = this.state.stored?.outputs ?? {};
    if (keyId === undefined) return;
    assert.match(
      s3Says({ gateway: this.gateway, world: this.world }, accessKey, secretKey),
      /^(200|403 UserSuspended)$/,
      "S3 accepts what is published",
    );
  }

  /** Whether the last run has seen the whole user before it did anything; a change of settings alone needs no look. */
  private runLooked(): boolean {
    const entries = this.air.asked(this.name);
    const proof = entries.findIndex(({ kind }) => kind.startsWith("S3"));
    const early = proof < 0 ? entries : entries.slice(0, proof);
    return early.some(({ kind, status }) => /^(GET|PUT) user$/.test(kind) && status === 200);
  }

  /** Whether the fleet has no more to do than forget its member. A run that failed for others has stored it all the same. */
  private isForgotten(): boolean {
    return this.before?.outputs.retainOnDelete === true;
  }

  private isLeft(meddled: boolean): void {
    const user = structuredClone(this.gateway.user(this.name));
    if (!meddled) assert.deepEqual(user, this.userBefore, "a forgotten user is left as it was");
    for (const id of this.live().keys()) this.left.add(id);
  }

  private begin(): void {
    this.broken = undefined;
    this.start = this.world.now().getTime();
    this.before = this.state.stored;
    this.publishedWorked = this.publishedWorks();
  }

  private end(outcome: Outcome<unknown>): void {
    this.held = [];
    this.keysBefore = undefined;
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
      this.leaks.hear(message);
    }
    const { stored } = this.state;
    if (stored === undefined) return;
    this.leaks.see(stored);
    const { accessKey, secretKey, previousAccessKey } = stored.outputs;
    const wereCurrent = [...this.published].map((text) => (JSON.parse(text) as unknown[])[0]);
    if (previousAccessKey !== undefined)
      assert.ok(wereCurrent.includes(previousAccessKey), "the previous key was current");
    if (secretKey !== undefined) this.published.add(pair(accessKey, secretKey));
    this.deadlinesStay();
  }

  private afterRequest(): void {
    this.rememberSecrets();
    const keys = this.live();
    for (const [id, secretKey] of this.keysBefore ?? []) {
      const isReplaced = keys.has(id) && keys.get(id) !== secretKey && id !== this.mayReplace;
      if (isReplaced) this.broken ??= `the secret of key ${id} was replaced`;
    }
    if (this.keysBefore) this.keysBefore = keys;
    this.broken ??= endedWhileHeld(this.held, keys, this.world.now().getTime());
  }

  private keysToHold(wish: Inputs): Held[] {
    const given = this.ring().filter(({ accessKey }) =>
      this.published.has(pair(accessKey, this.live().get(accessKey))),
    );
    return keysToHold(given, this.live(), wish, this.start);
  }

  private isHardCut({ accessKey, secretKey }: Inputs): boolean {
    const published = this.before?.outputs;
    return accessKey !== undefined && accessKey === published?.accessKey && secretKey !== published?.secretKey;
  }

  /** In fair weather a run fails for one reason only: the user is of others. */
  private mustBeRefusal(outcome: Outcome<Deed | undefined>): void {
    const said = outcome.kind === "failed" ? outcome.error.message : outcome.kind;
    if (this.isMadeAnew && /was made anew by somebody else/.test(said)) return;
    assert.ok(this.mustRefuse, `a run fails in fair weather: ${said}`);
    assert.match(said, /exists already/);
  }

  /**
   * Whether the user is not the one that state knows: it was made later, and bears no key of the ring. A run that was killed
   * may have made it, too, for a rotation that nobody asks for any more.
   */
  get isMadeAnew(): boolean {
    const known = this.state.stored?.outputs.__createdAt;
    const there = this.gateway.user(this.name)?.user.madeAt?.getTime();
    return this.isDoubtful && known !== undefined && Date.parse(String(known)) !== there;
  }

  private isOfOthers(wish: Inputs): boolean {
    if (this.state.stored !== undefined || this.gateway.user(this.name) === undefined) return false;
    // A key that somebody chose says nothing of whose the user is.
    return wish.createKey === false || wish.accessKey !== undefined || !this.live().has(wantedId(wish));
  }

  /** What a run published anew, S3 was asked about. */
  private wasProven(wish: Inputs, outcome: Outcome<Deed | undefined>): void {
    const [before, after] = [this.before?.outputs.secretKey, this.state.stored?.outputs.secretKey];
    if (outcome.kind === "killed" || wish.prove === false || after === undefined || after === before) return;
    assert.ok(this.requests().includes("S3 ListBuckets"), "what is published was proven");
  }

  private deadlinesStay(): void {
    for (const { id, retiredAt, expiresAt } of this.ring()) {
      if (retiredAt === undefined || expiresAt === undefined) this.retiredAt.delete(id);
      else assert.equal(this.retiredAt.get(id) ?? retiredAt, retiredAt, "a retired key's grace begins once");
      if (retiredAt !== undefined && expiresAt !== undefined) this.retiredAt.set(id, retiredAt);
    }
  }

  private keysAreKnown(): void {
    const ring = new Set(this.ring().map(({ id }) => id));
    const unknown = [...this.live().keys()].filter((id) => !ring.has(id) && !isTheirs(id) && !this.left.has(id));
    assert.deepEqual(unknown, [], "every key on the gateway is known");
  }

  /** What a run that was cut off made for this very wish, the next one finds again. */
  private unfinishedIsContinued(wish: Inputs): void {
    if (wish.accessKey !== undefined || wish.createKey === false) return;
    const ring = new Set(this.ring().map(({ id }) => id));
    const mayMake = idsToMake(wish, ringOf(this.before?.outputs ?? {}));
    if (!mayMake.includes(String(this.outputs().keyId))) return;
    const lost = mayMake.filter((id) => this.left.has(id) && !ring.has(id));
    assert.deepEqual(lost, [], "an unfinished run's key is continued");
  }

  private publishedWorks(): boolean {
    const { keyId, accessKey, secretKey } = this.state.stored?.outputs ?? {};
    return keyId !== undefined && this.live().get(String(accessKey)) === secretKey;
  }

  private outputs() {
    assert.ok(this.state.stored, "the resource is in state");
    return this.state.stored.outputs;
  }

  private ring() {
    return ringOf(this.state.stored?.outputs ?? {});
  }

  private live(): ReadonlyMap<string, string> {
    return this.gateway.user(this.name)?.keys ?? new Map();
  }

  private rememberSecrets(): void {
    this.leaks.watchFor(this.live().values());
  }
}

function pair(accessKey: unknown, secretKey: unknown): string {
  return JSON.stringify([accessKey, secretKey]);
}
