// Goes a walk: plays a story on a ground, and after every run holds it against what is true. From wherever the story ends,
// a refresh and a run in fair weather find their way; what comes after them has nothing to do.

import assert from "node:assert/strict";
import { Clock } from "./clock";
import { Commands } from "./commands";
import { type Ground, keysThere } from "./ground";
import { Ledger } from "./ledger";
import { Others } from "./others";
import { Passwords } from "./passwords";
import { isMeddled, known, overIn, publishedIn, ringOf, THEIRS, type Up, type View } from "./run";
import { Secrets } from "./secrets";
import type { Deed, Step, Story, Weather, Wish } from "./story";
import { agrees, keepsDeadlines, keepsWhatIsHeld, knowsItsKeys, provesWhatItPublishes } from "./truth";

/** Plays a story. Rejects where a promise was broken. */
export async function walk(story: Story, ground: Ground): Promise<void> {
  const walker = new Walker(ground);
  try {
    for (const step of story.steps) await walker.play(step);
    await walker.end(story.last);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Error([what, ...walker.diary].join("\n"), { cause: error });
  }
}

class Walker {
  /** What happened, for who reads a failure. */
  readonly diary: string[] = [];
  private readonly clock = new Clock();
  private readonly commands: Commands;
  private readonly others: Others;
  private readonly ledger = new Ledger();
  private readonly passwords: Passwords;
  private readonly secrets = new Secrets();
  /** Something happened that no state tells and no run has seen. */
  private unseen = false;
  /** Keystone's id of a user that others made. */
  private theirs: string | undefined;
  /** Keystone's id of a user that a run found and went on with. */
  private adopted: string | undefined;
  /** Keystone's id of the user that the ledger is about. */
  private about: string | undefined;
  /** A user that a run made and left before its first key was proven. */
  private unfinished: string | undefined;
  private text: Wish["text"] = "a";

  constructor(private readonly ground: Ground) {
    this.passwords = new Passwords(ground.store);
    this.others = new Others(ground);
    this.commands = new Commands(ground, this.clock, this.secrets, this.diary, (deed) => this.meddle(deed, false));
  }

  async play(step: Step): Promise<void> {
    this.diary.push(`- ${JSON.stringify(step)}`);
    if (step.do === "wait") this.clock.advance(step.seconds * 1000);
    if (step.do === "others") await this.meddle(step.deed, true);
    if (step.do === "up") await this.up(step.wish, step.weather);
    if (step.do === "refresh") await this.refresh(step.weather);
    if (step.do === "destroy") await this.destroy(step.weather);
  }

  async end(last: Wish): Promise<void> {
    this.diary.push("the end");
    // Who could not see the keys for want of the password can after the next run has set one.
    for (let looks = 0; looks === 0 || (this.unseen && looks < 2); looks++) {
      await this.refresh(undefined);
      await this.up(last, undefined);
    }
    assert.ok(!this.unseen, "a refresh and a run know everything");
    // Who was refused is told to adopt, and may leave that out again.
    if (this.adopted !== undefined) await this.up(last, undefined);
    await this.idle(last);
    await this.refresh(undefined);
    await this.idle(last);
    this.clock.endGraces();
    await this.up(last, undefined);
    const view = await this.view();
    const mine = [...view.alive.keys()].filter((key) => !key.startsWith(THEIRS) && !this.ledger.left.has(key));
    if (last.createKey !== false) assert.equal(mine.length, 1, "one key is left when everything is over");
    await this.destroy(undefined);
    assert.deepEqual(await this.ground.users(), [], "destroyed users are gone");
  }

  private async view(): Promise<View> {
    const users = await this.ground.users();
    const [user] = users;
    const alive = await keysThere(this.ground.store, user);
    if (user?.keystoneId !== this.about) {
      this.ledger.forget();
      this.about = user?.keystoneId;
    }
    for (const secret of alive.values()) this.secrets.watchFor(secret);
    return { at: this.clock.now, stored: this.commands.stored, users, alive };
  }

  private async up(given: Wish, weather: Weather | undefined): Promise<void> {
    const before = await this.view();
    if (before.users.length === 0 || known(before)) this.text = given.text;
    const wish = { ...given, text: this.text };
    const inputs = this.ground.inputs(wish);
    const over = overIn(before);
    const held = isMeddled(weather) ? [] : this.ledger.held(before.alive, wish.gracePeriodSeconds, before.at, over);
    const overdue = this.ledger.overdue(wish.gracePeriodSeconds, before.at);
    const wasUnseen = this.unseen;
    const { outcome, air } = await this.commands.run(weather, before, held, (engine) => engine.up(inputs));
    const after = await this.view();
    // Of a user that it finds, nobody knows the password with which keys are listed.
    const isBlind = this.ground.needsPassword && before.users.length > 0 && !known(before);
    const saw = !isMeddled(weather) && !isBlind && (!wasUnseen || this.hasLooked(before, after));
    const up: Up = { wish, inputs, weather, outcome, before, after, air, saw };
    keepsWhatIsHeld(up);
    this.notesMaking(up);
    // What it was made with, only the run that made it knew.
    if (before.users.length > 0 && !known(before) && known(after)) this.adopted = after.users[0]?.keystoneId;
    const sameUser = before.users[0]?.keystoneId === after.users[0]?.keystoneId;
    const expected = sameUser ? this.ledger.keyFor(wish.rotationId, before.alive, over) : undefined;
    knowsItsKeys(up, this.ledger);
    provesWhatItPublishes(up);
    if (outcome.kind !== "killed") this.ledger.publish(publishedIn(after), wish.rotationId, before.at, after.at);
    await this.passwords.afterUp(up);
    if (outcome.kind !== "done") {
      if (air.changes().length > 0) this.unseen = true;
      if (outcome.kind === "failed" && weather === undefined) await this.isRefused(up, outcome.error);
      return;
    }
    assert.ok(!this.mustRefuse(up), "a user of others was taken over");
    if (isMeddled(weather)) return;
    this.unseen = !saw;
    await keepsDeadlines(up, this.ledger, overdue, this.ground);
    if (!saw) return;
    await agrees(up, expected, this.adopted === after.users[0]?.keystoneId, this.ground);
    const isDue = ringOf(after).some(
      ({ expiresAt }) => expiresAt !== undefined && Date.parse(expiresAt) <= this.clock.now,
    );
    if (!isDue) await this.idle(wish);
  }

  /** A run that makes another key or the user itself has looked first. */
  private hasLooked(before: View, after: View): boolean {
    const isNew = before.stored === undefined;
    if (this.ground.needsPassword && before.users.length > 0) return false;
    return isNew || publishedIn(before)?.accessKey !== publishedIn(after)?.accessKey;
  }

  private async idle(wish: Wish): Promise<void> {
    const inputs = this.ground.inputs({ ...wish, text: this.text });
    const before = await this.view();
    const { outcome, air } = await this.commands.run(undefined, before, [], (engine) => engine.up(inputs));
    assert.deepEqual(outcome, { kind: "done", deed: "same" }, "the run after has nothing to do");
    assert.deepEqual(air.changes(), [], "the run after changes nothing");
  }

  private notesMaking({ wish, outcome, before, after, air }: Up): void {
    const user = after.users[0]?.keystoneId;
    const isMade = user !== undefined && before.users[0]?.keystoneId !== user && user !== this.theirs;
    const isProven = air.passed.some(({ signer, status }) => signer !== undefined && status === 200);
    if (isMade) this.unfinished = user;
    if (outcome.kind === "done" || isProven || wish.prove === false || wish.createKey === false)
      this.unfinished = undefined;
  }

  private mustRefuse({ wish, before }: Up): boolean {
    const [there] = before.users;
    return there !== undefined && there.keystoneId === this.theirs && known(before) === undefined && !wish.adopt;
  }

  /** In fair weather a run fails for one reason: there is a user of which state does not know. It may be taken over. */
  private async isRefused({ wish, before, after, air }: Up, error: Error): Promise<void> {
    const [there] = before.users;
    assert.ok(there && known(before) === undefined, `a run fails in fair weather: ${error.message}`);
    assert.match(error.message, /exists already .* Set adopt: true/);
    assert.notEqual(wish.adopt, true, error.message);
    assert.deepEqual(
      air.changes().filter(({ status }) => (status ?? 0) < 300),
      [],
      "who is refused changes nothing",
    );
    assert.notEqual(this.unfinished, there.keystoneId, "an unfinished user is not continued");
    if (!this.ground.needsPassword && wish.createKey !== false)
      assert.equal(this.ledger.keyFor(wish.rotationId, after.alive), undefined, "a user with our very key is refused");
    this.diary.push("- the same with adopt");
    await this.up({ ...wish, adopt: true }, undefined);
  }

  private async refresh(weather: Weather | undefined): Promise<void> {
    const before = await this.view();
    const { outcome, air } = await this.commands.run(weather, before, [], (engine) =>
      engine.refresh().then(() => "refreshed"),
    );
    const after = await this.view();
    assert.deepEqual(air.changes(), [], "a refresh changes nothing on the system");
    if (isMeddled(weather)) return;
    if (outcome.kind !== "done") {
      assert.deepEqual(after.stored, before.stored, "a refresh that fails changes nothing");
      assert.ok(weather !== undefined, `a refresh fails in fair weather: ${JSON.stringify(outcome)}`);
      return;
    }
    if (before.stored === undefined) return;
    assert.equal(after.stored === undefined, known(before) === undefined, "a refresh tells who is there");
    const user = known(after);
    this.unseen = false;
    if (user === undefined) return;
    const isBlind = this.ground.needsPassword && !(await this.passwords.isKnown(user, after.stored?.outputs.password));
    this.unseen = isBlind;
    if (isBlind) this.passwords.othersActed();
    else
      assert.deepEqual(
        ringOf(after).filter(({ id }) => !after.alive.has(id)),
        [],
        "every key of the ring is there",
      );
  }

  private async destroy(weather: Weather | undefined): Promise<void> {
    const before = await this.view();
    const mine = known(before);
    const { outcome } = await this.commands.run(weather, before, [], (engine) =>
      engine.destroy().then(() => "destroyed"),
    );
    const after = await this.view();
    if (weather === undefined) assert.equal(outcome.kind, "done", JSON.stringify(outcome));
    if (outcome.kind !== "done") this.unseen = true;
    else if (mine) assert.ok(!after.users.some(({ userId }) => userId === mine.userId), "destroyed users are gone");
    if (mine || isMeddled(weather)) return;
    assert.deepEqual(after.users, before.users, "destroy leaves the users of others");
  }

  private async meddle(deed: Deed, isBetween: boolean): Promise<void> {
    this.unseen = true;
    if (deed === "change the password") {
      this.passwords.othersActed();
      this.commands.passwordChanged();
    }
    const made = await this.others.meddle(deed, isBetween, await this.view(), this.text);
    this.theirs = made ?? this.theirs;
  }
}
