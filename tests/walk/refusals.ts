/** What must be true of an error: it is a sentence, and a refusal has a way out and has changed nothing. */
import assert from "node:assert/strict";
import { hasPair, isNamed, type Managed, type Truth, userAt } from "./managed";
import type { Report } from "./oracle";
import { userOf } from "./places";
import type { Failure } from "./steps";
import type { System } from "./system";
import type { Watch } from "./watch";

const WAYS_OUT =
  /adopt|alias|deleteBeforeReplace|retainOnDelete|allowRemovals|protect|forceDestroy|state delete|endpoint|connection|address|must be 0 or left out|Check the name|Give another (name|description)/;
const TAKEN = /\(409\b/;
const WAYS_ON = /Run again (after|when)|gracePeriodSeconds|rotationId|exclusiveKeys|prove: false/;
/** The proof before a renewal comes after the settings, which may have changed by then. */
const BETWEEN = /\bproving the current secret of /;
const SENTENCE = /^[a-z ]+ing\b.*: .+\. .+\.$/s;
/** In trouble an error is a sentence. Else it is a refusal, and only what was done to whom it is about counts. */
export function isGood(
  { program, leftBehind, isDisturbed, was }: Report,
  failure: Failure,
  system: System,
  watch: Watch,
  managed: readonly Managed[],
): void {
  const { writes, ledgers } = watch;
  const { urn, method, message } = failure;
  const where = `${method} of ${urn} says ${JSON.stringify(message)}`;
  const declared = program.declarations.filter((one) => one.urn === urn).flatMap(({ users }) => users);
  const named = declared.filter(({ member }) => member === undefined || isNamed(message, member));
  // What check says is a clause behind the name of an input.
  if (method !== "check") {
    // A fleet has a sentence a member, and so has what it refuses to delete; then comes the way out of all.
    const sentences = declared.some(({ member }) => member) ? message.split(/\n(?=[\w-]+: )/).slice(1) : [message];
    for (const one of sentences)
      assert.match(one.replace(/^member-\d+( \(\d+\))?: /, ""), SENTENCE, `(4) no sentence: ${where}`);
    assert.match(message, /^\S+ .*\.$/s, `(4) no sentence: ${where}`);
  }
  if (isDisturbed) return;
  if (method === "delete") isDoubtful(message, managed, was, where);
  const isOn = system.rotates === "secrets" && WAYS_ON.test(message);
  // Each setting is changed by itself, and only the system knows that the new name is taken.
  if (system.renames && TAKEN.test(message)) return;
  assert.ok(isOn || WAYS_OUT.test(message), `(4) a refusal has no way out: ${where}`);
  // A deletion calls members by the names that state has for them.
  const leaving = managed.filter(({ member }) => member === undefined || isNamed(message, member));
  const refused = new Set<string>(
    method === "delete" ? leaving.map(({ uid }) => uid) : named.map(({ item }) => item.uid),
  );
  const isAllowed = (what: string) => BETWEEN.test(message) && what === "change of";
  const wrote = writes.find(
    ({ call, place, what }) =>
      call?.urn === urn && call.method === method && refused.has(userOf(place).uid) && !isAllowed(what),
  );
  assert.equal(wrote, undefined, `(4) a refusal has changed something: ${where}`);
  if (method !== "create" && method !== "update") return;
  for (const [place, maker] of leftBehind) {
    const { cluster, uid } = userOf(place);
    // A run that was killed after it took the mark off, and before state was written, is to be adopted; and so is a user that
    // was made with a key of the caller's own, which does not show whose it is.
    const isChosen = named.some(({ item }) => item.uid === uid && item.wish.accessKey !== undefined);
    const isFinished = was[cluster].get(uid)?.isMarked === false || isChosen;
    const isOwn = maker === urn && refused.has(uid);
    const ledger = ledgers.get(place);
    if (isOwn && isFinished && ledger) ledger.isForgotten = true;
    else assert.ok(!isOwn, `(4) what a killed run of it left is refused: ${where}`);
  }
  if (/exists already/.test(message) && refused.size === declared.length)
    for (const { item } of named)
      assert.ok(was.first.has(item.uid) || was.second.has(item.uid), `(4) nobody is there: ${where}`);
}

/** A deletion is refused for what the user carries only where no key of it is one that state knows. */
function isDoubtful(message: string, managed: readonly Managed[], was: Truth, where: string): void {
  const [, uid] = /"(?:[\w-]+[/:])*(\w+)": it carries keys, and none of them is of this resource/.exec(message) ?? [];
  for (const one of managed.filter((other) => other.uid === uid)) {
    const keys = userAt(was, one)?.keys;
    const isOurs = one.ring.some(
      ({ id }) => keys?.has(id) && (id !== one.published?.id || hasPair(userAt(was, one), one.published)),
    );
    assert.ok(!isOurs, `(4) a user of ours is not deleted: ${where}`);
  }
}
