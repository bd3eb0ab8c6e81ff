/**
 * What must be true after every run, whatever was edited and whatever went wrong. The numbers are those of the categories
 * in messages; 9 to 12 are in promises.ts.
 *
 * 1. A user whose resource is in state and healthy is there, and S3 accepts its published key.
 * 2. Strangers and the other stack are left alone; previews and refreshes change nothing (watch.ts).
 * 3. No user is deleted that the program declares, nor with what others have in it, unless state says so (watch.ts).
 * 4. A refusal is a sentence with a way out, and has changed nothing; what a killed run left is not refused.
 * 5. A way out works; after a clean run there is nothing to do; a preview announces what is done (stage.ts).
 * 6. A user that leaves state and is not deleted is spoken of, and left as it is.
 * 7. Nobody is told a secret, and state has none in clear.
 * 8. No key ends while somebody holds it, and no secret is replaced (watch.ts). Where keys do not overlap, nobody can hold one
 *    beside the next: it ends by the request that puts the next one in its place, and only after a login with it in the same
 *    run (watch.ts); of a run that ends well the published one logs in, and none before it (promises.ts).
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { ADDRESS } from "../../provider/protocol";
import { CANCELLED, type Result } from "./engine";
import { idleMembersAreLeft } from "./idle";
import { textOf } from "./ledger";
import { hasPair, isNamed, isOver, isSameUser, type Managed, managedBy, type Truth, userAt } from "./managed";
import { isThere, takenOf } from "./only-keys";
import { areOfOneUser, userOf } from "./places";
import type { Program, StackName } from "./program";
import { keeps, type Part } from "./promises";
import { isGood } from "./refusals";
import type { State } from "./state";
import type { Site, System } from "./system";
import { isSame, type Watch, type Watched } from "./watch";

/** How a run went. `result` is undefined when it was killed. */
export interface Report {
  readonly stack: StackName;
  readonly what: Watched["what"];
  readonly program: Program;
  readonly before: State;
  readonly after: State;
  readonly was: Truth;
  readonly is: Truth;
  readonly start: number;
  readonly end: number;
  readonly result: Result | undefined;
  /** Trouble came. */
  readonly isDisturbed: boolean;
  /** It read everything, or began with that. */
  readonly isRefreshed: boolean;
  readonly lines: readonly string[];
  /** Users that a run made which was killed just before this one, by their places, with their resources. */
  readonly leftBehind: ReadonlyMap<string, string>;
}

const FAREWELL = /releas|retain|left|leav|forg|no longer|keep|kept/i;

/** Judges the runs of a walk. */
export class Oracle {
  constructor(
    private readonly system: System,
    private readonly site: Site,
    private readonly watch: Watch,
  ) {}

  /** Fails where a promise is broken. `others`: what the other stack's state manages. */
  async judge(report: Report, others: readonly Managed[]): Promise<void> {
    const { system, watch } = this;
    const { result } = report;
    if (watch.broken) assert.fail(watch.broken);
    const before = this.managed(report.before);
    const after = this.managed(report.after);
    if (system.keysOnly) this.nothingIsTaken(report, before, after);
    watch.isKnown(report.stack, after);
    if (report.what === "destroy") watch.deletedBeside(report.stack, after);
    for (const failure of result?.failures ?? [])
      isGood(
        report,
        failure,
        system,
        watch,
        before.filter(({ urn }) => urn === failure.urn),
      );
    for (const one of after) {
      const says = result?.failures.find(({ urn }) => urn === one.urn)?.message ?? "";
      const isDead = new RegExp(`current secret of .*[/:"]${one.uid}": S3 refuses it`).test(says);
      if (!report.isDisturbed && isDead)
        assert.ok(!hasPair(userAt(report.is, one), one.published), "(4) only a secret that has ended is refused");
      const isSole = [...after, ...others].filter((other) => isSameUser(other, one)).length === 1;
      if (one.isReplaced) continue;
      const was = this.formerly(report, one, before, after);
      // What a user was made with, only the resource that made it knows.
      const isTaken = was === undefined || was.outputs[ADDRESS] !== one.outputs[ADDRESS];
      const ledger = watch.ledgers.get(one.place);
      if (ledger && isTaken && userAt(report.was, one) && !system.keysOnly) ledger.isAdopted = true;
      if (isSole) await this.keepsPromises(report, one, was);
      // Each may change what the other's state tells, or renew the secret.
      else if (ledger && (system.rotates === "secrets" || watch.writes.some(({ place }) => place === one.place)))
        ledger.isUnseen = true;
    }
    this.keysAreKnown(report, before, after, others);
    if (system.subjectOf) idleMembersAreLeft(report, before, watch);
    for (const one of after) this.remember(one);
    this.nobodyIsOrphaned(report, before, after);
    if (result === undefined) return;
    watch.remembers(report.stack, new Set(after.map(({ place }) => place)));
    await this.usersWork(report, [...after, ...others]);
    this.nobodyIsTaken(report, after);
    if (report.what === "refresh" && !report.isDisturbed && result.failures.length === 0)
      for (const one of after) assert.ok(userAt(report.is, one), `(2) a refresh keeps ${one.place}, who is gone`);
    if (report.what !== "up" || result.failures.length + result.invalid.length > 0) return;
    const there = new Set(after.map(({ place }) => place));
    for (const [place, { declaration }] of watch.declared)
      assert.ok(there.has(place), `(1) ${declaration.urn} is not in state`);
  }

  managed(state: State): Managed[] {
    return state.resources.flatMap((one) => managedBy(this.system, one));
  }

  /** The user in state before, under the same resource. One that takes the place of another is another. */
  private formerly(
    { result }: Report,
    is: Managed,
    before: readonly Managed[],
    after: readonly Managed[],
  ): Managed | undefined {
    const { place, urn } = is;
    const isAnew = result?.deeds.some((one) => one.urn === urn && one.did === "replaced");
    // Its former self was deleted first, and its own creation failed: it publishes nothing before it has a proof of its own,
    // though the former self, which goes before the key is known to work, has left the key to it.
    const isHalf =
      result?.failures.some((one) => one.urn === urn && one.method === "create") &&
      !before.some((one) => one.urn === urn && isDeepStrictEqual(one.outputs, is.outputs));
    if (isAnew || isHalf || after.some((one) => one.isReplaced && one.urn === urn && one.place === place))
      return undefined;
    const declared = this.watch.declared.get(place);
    const isOne = (one: Managed) => (declared ? isSame(declared, one.urn) : one.urn === urn);
    const all = before.filter((one) => !one.isReplaced && isSameUser(one, is) && isOne(one));
    // The engine takes a former name only where there is nothing under the present one.
    return all.find((one) => one.urn === urn) ?? all[0];
  }

  private remember({ place, published }: Managed): void {
    if (published) this.watch.ledgers.get(place)?.published.add(textOf(published));
  }

  private async keepsPromises(report: Report, is: Managed, was: Managed | undefined): Promise<void> {
    const { watch, system, site } = this;
    const { result, what, stack, start, end } = report;
    const { place, urn, member } = is;
    const ledger = watch.ledgers.get(place);
    if (ledger === undefined || watch.hasLost(stack, place)) return;
    if ([...ledger.owners].filter((owner) => owner !== "strangers").length > 1) return;
    const declared = watch.declared.get(place);
    const isDeclared = declared?.declaration.urn === urn && declared.member === member;
    const resource = report.after.resources.find((one) => one.urn === urn && !one.isReplaced);
    const isDone = isDeclared && result !== undefined && what === "up" && this.isDone(report, is);
    const isMeddled = watch.meddled.has(place);
    // Whatever concerns keys looks first.
    const isNew = was === undefined || was.published?.secretKey !== is.published?.secretKey;
    const saw = !ledger.isUnseen || (isNew && this.isSure(is));
    const part: Part = {
      ...{ system, ledger, is, was, start, end },
      item: isDeclared ? declared.item : undefined,
      before: userAt(report.was, was ?? is),
      after: userAt(report.is, is),
      run: {
        ...{ isUp: what === "up", isKilled: result === undefined, isMeddled, isDone, saw },
        isHalf: (resource?.initErrors.length ?? 0) > 0,
        // A pair of one's own may be that of another system, too, to which the resource has moved.
        isAsBefore: this.managed(report.before).some((one) => one.urn === urn && isPublishedAs(one, is)),
        newKeys: watch.newKeys.get(place) ?? [],
        made: watch.madeAt(place, urn),
        accepted: watch.accepted,
      },
      s3: (pair) => site.s3(is.cluster, pair),
      logsIn: site.logsIn && ((password) => site.logsIn?.(is.cluster, is.uid, password) ?? Promise.resolve(true)),
    };
    await keeps(part);
    if (isDone && !isMeddled && saw) ledger.isUnseen = false;
    const isRead = result?.failures.length === 0 && report.isRefreshed && !system.isBlind;
    if (isRead && !isMeddled && this.isSure(is)) ledger.isUnseen = false;
  }

  /** Where the system ends secrets by itself, state may have one of which only the system knows that it has ended. */
  private isSure({ outputs }: Managed): boolean {
    return this.system.rotates === "keys" || outputs.previousSecretKey === undefined;
  }

  /** Whether a run did all that was to be done for a user. Of a fleet those failed whom its error names. */
  private isDone({ result }: Report, { urn, member }: Managed): boolean {
    if (result?.deeds.some((one) => one.urn === urn && one.did !== "gone" && one.did !== "deleted")) return true;
    const failure = result?.failures.find((one) => one.urn === urn);
    const isPart = failure && member !== undefined && ["create", "update"].includes(failure.method);
    if (!isPart || !/the others are done/.test(failure.message)) return false;
    return !isNamed(failure.message, member);
  }

  /** Every key that a run made is in state, or left by a run that was cut off; Ctrl-C cuts nothing off. */
  private keysAreKnown(
    { result, isDisturbed, is }: Report,
    before: readonly Managed[],
    after: readonly Managed[],
    others: readonly Managed[],
  ): void {
    for (const [place, ledger] of this.watch.ledgers) {
      const { cluster, uid } = userOf(place);
      const all = [...after, ...others].filter((one) => areOfOneUser(one.place, place));
      const managed = all.filter((one) => one.place === place);
      const ring = new Set(all.flatMap((one) => one.ring.map(({ id }) => id)));
      const [former, ...more] = [...before, ...others].filter((one) => one.place === place);
      const isOne = managed.length === 1 && more.length === 0 && former?.isReplaced === false;
      const hasStayed = isOne && former.urn === managed[0]?.urn;
      const isAnew = result?.deeds.some(({ urn, did }) => urn === managed[0]?.urn && did === "replaced");
      const isCut = result === undefined || (isDisturbed && !result.invalid.includes(CANCELLED));
      const mayLeave = isCut || !hasStayed || isAnew;
      const user = is[cluster].get(uid);
      for (const id of [...(user?.keys.keys() ?? []), ...(user?.disabled?.keys() ?? [])]) {
        if (ring.has(id)) ledger.left.delete(id);
        else if (!ledger.made.has(id) || ledger.left.has(id)) continue;
        else if (mayLeave) ledger.left.add(id);
        else assert.fail(`(10) key ${id} of ${place} is in no state`);
      }
    }
  }

  /** Every healthy resource's user, where only one resource of one stack has it. */
  private async usersWork({ stack, after, is, end }: Report, all: readonly Managed[]): Promise<void> {
    const { watch, site, system } = this;
    for (const resource of after.resources) {
      if (resource.isReplaced || resource.initErrors.length > 0) continue;
      for (const one of managedBy(system, resource)) {
        const { place, published, cluster } = one;
        const ledger = watch.ledgers.get(place);
        // Without a refresh nobody looks whether it is gone.
        if (watch.hasLost(stack, place) || ledger?.isUnseen || watch.meddled.has(place)) continue;
        if (all.filter((other) => isSameUser(other, one)).length > 1) continue;
        if ([...(ledger?.owners ?? [])].filter((owner) => owner !== "strangers").length > 1) continue;
        const user = userAt(is, one);
        assert.ok(user, `(1) ${place} of ${resource.urn} is not there`);
        if (published?.id === undefined) continue;
        // A renewal that came to nothing has fixed its end; a refresh takes the errors of that run from state.
        const current = one.ring.find(({ id }) => id === published.id);
        if (system.rotates === "secrets" && current && isOver(current, end)) continue;
        const said = await site.s3(cluster, published);
        if (user.isLocked) assert.match(said, /^40[13]/, `(1) ${place} is locked, and works`);
        else assert.equal(said, "200", `(1) ${place} of ${resource.urn} does not work`);
      }
    }
  }

  /** Nobody comes into a stack's state whom it neither made nor took over by its program's wish. */
  private nobodyIsTaken({ stack }: Report, after: readonly Managed[]): void {
    const { watch } = this;
    for (const { place } of after) {
      const isWished = watch.declared.get(place)?.item.adopt === true;
      const theirs = [...(watch.ledgers.get(place)?.owners ?? [stack])];
      assert.ok(
        isWished || watch.hasLost(stack, place) || theirs.includes(stack),
        `(2) ${place} of ${theirs.join(" and ")} is taken over without adopt`,
      );
    }
  }

  /** No key comes into a resource's ring that it did not make, but by its program's wish. */
  private nothingIsTaken({ is }: Report, before: readonly Managed[], after: readonly Managed[]): void {
    for (const one of after) {
      const { place, urn } = one;
      const made = [...this.watch.madeAt(place, urn).keys()];
      const had = before.filter((other) => other.place === place).flatMap(({ ring }) => ring.map(({ id }) => id));
      const taken = takenOf(one, [...made, ...had], this.watch.declared.get(place)?.item, userAt(is, one));
      assert.equal(taken, undefined, `(2) key ${taken} of another is taken over by ${urn} without adopt`);
    }
  }

  /** What messages may call a user: also its id, and where names can change, what its resource is to call it. */
  private names({ uid, urn, outputs }: Managed): string[] {
    if (!this.system.renames) return [uid, String(outputs.userId)];
    const declared = [...this.watch.declared.values()].filter(({ declaration }) => declaration.urn === urn);
    return [uid, String(outputs.userId), ...declared.map(({ item }) => item.uid)];
  }

  private nobodyIsOrphaned(
    { was, is, lines, result, isDisturbed, stack }: Report,
    before: readonly Managed[],
    after: readonly Managed[],
  ): void {
    const still = new Set(after.map(({ place }) => place));
    const stays = new Set(after.map(({ place, urn }) => `${place} ${urn}`));
    const said = [...lines, ...(result?.failures ?? []).map(({ message }) => message)];
    for (const one of before) {
      const { place, urn } = one;
      const there = userAt(is, one);
      if (stays.has(`${place} ${urn}`)) continue;
      const wasThere = userAt(was, one) !== undefined;
      const isRetained = wasThere && one.outputs.retainOnDelete === true && !this.watch.meddled.has(place);
      const wrote = this.watch.writes.find((write) => write.place === place && write.call?.urn === urn);
      if (isRetained && !after.some((other) => isSameUser(other, one)))
        assert.equal(wrote, undefined, `(6) ${place} is to be left as it is`);
      if (there === undefined || (this.system.keysOnly && !isThere(one, there, after))) continue;
      // Where names can change, another user may have it by now.
      if (this.system.renames && there.id !== String(one.outputs.userId)) continue;
      const ledger = this.watch.ledgers.get(place);
      // It was gone, and a run that was cut off has made it anew.
      const isAnew = (result === undefined || isDisturbed) && !wasThere;
      if (!ledger?.owners.has(stack) || isAnew) continue;
      // Another resource may know a user of its name still, who is gone.
      const isSpokenOf = said.some(
        (line) => FAREWELL.test(line) && this.names(one).some((name) => line.includes(name)),
      );
      // A pair of one's own that two systems have tells nobody which of them is meant.
      const isMistaken = after.some(
        (other) => isPublishedAs(other, one) && (other.urn === urn || one.published !== undefined),
      );
      const isKnown = isSpokenOf || ledger.isForgotten || still.has(place) || isMistaken;
      assert.ok(isKnown, `(6) ${place} is in no state any more, is still there, and nobody says so`);
      ledger.isForgotten ||= isSpokenOf || isMistaken;
    }
  }
}

/** Whether two publish the same, for one user: a refresh may have found in between that the key is gone. */
function isPublishedAs({ uid, published }: Managed, other: Managed): boolean {
  return uid === other.uid && (published && textOf(published)) === (other.published && textOf(other.published));
}
