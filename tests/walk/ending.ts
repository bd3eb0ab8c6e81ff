/** What is left when a walk is over: one key of each user once all graces are, and at last nobody who is ours. */
import assert from "node:assert/strict";
import type { Managed, Truth } from "./managed";
import type { Watch } from "./watch";

/** The published key, and no other that a run made. */
export function oneKeyIsLeft(managed: readonly Managed[], truth: Truth, watch: Watch): void {
  for (const { cluster, uid, place, ring, published } of managed) {
    const ledger = watch.ledgers.get(place);
    if (published === undefined || ledger === undefined || ledger.owners.size > 1) continue;
    assert.deepEqual(
      ring.map(({ id }) => id),
      [published.id],
      `(11) ${place} has one key when all graces are over`,
    );
    const made = [...ledger.made.keys()].filter((id) => !ledger.left.has(id) && id !== published.id);
    const lives = made.filter((id) => truth[cluster].get(uid)?.keys.has(id));
    assert.deepEqual(lives, [], `(11) keys of ${place} outlive all graces`);
  }
}

/** Whoever is there now is a stranger's, was forgotten, or was made by a run that was cut off and never repeated. */
export function nothingIsLeft(truth: Truth, watch: Watch): void {
  for (const cluster of ["first", "second"] as const)
    for (const uid of truth[cluster].keys()) {
      const ledger = watch.ledgers.get(`${cluster}/${uid}`);
      const isOthers = ledger === undefined || ledger.owners.has("strangers");
      assert.ok(isOthers || ledger.isForgotten || ledger.isUnseen, `(6) ${cluster}/${uid} is orphaned`);
    }
}
