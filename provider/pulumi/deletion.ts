/** The deletion of a user, or of the keys of one that stays: what is looked at before, and who may not be deleted. */
import type { Backend } from "../backends/backend";
import type { Opened } from "../connection";
import { hereOf } from "../lifecycle/context";
import type { Step } from "../lifecycle/model";
import { deletionElsewhere, deletionRefused, notOurs, notToDelete, stoodOn, takesAlong } from "../lifecycle/ownership";
import { reconcile } from "../lifecycle/reconcile";
import { withoutKnown } from "../lifecycle/unfinished";
import { refOf } from "../lifecycle/user-api";
import { warningOfDeletion } from "../lifecycle/warning";
import type { Claims } from "./claims";
import { specOf } from "./inputs";
import type { Remembered } from "./state";

/**
 * Deletes a user with its keys, unless another resource of this run needs it. Its lock is held. Rejects with an
 * ObjectUserError when the user is not ours.
 */
export async function deleteUser(
  user: Remembered,
  backend: Backend,
  opened: Opened,
  claims: Claims,
  announce: (line: string) => void,
): Promise<"deleted" | "released"> {
  const { known, inputs } = user;
  const { capabilities } = backend;
  const spec = backend.specOf(inputs);
  const ref = refOf(spec, known);
  const isNeeded = () => claims.areNeeded(known, inputs);
  if (isNeeded()) return "released";
  const live = await opened.api.find(ref);
  const problem = notOurs(known, live, await hereOf(known, opened), capabilities, spec);
  // Pulumi may have asked for another resource meanwhile.
  if (isNeeded()) return "released";
  if (problem !== undefined) throw deletionElsewhere(spec, problem, capabilities);
  if (capabilities.keysOnly) {
    await revokeAll(user, backend, opened, claims);
  } else {
    const doubt = notToDelete(known, live);
    if (doubt !== undefined) throw deletionRefused(spec, doubt);
    if (live && claims.isStoodOn(known)) throw stoodOn(spec);
    const { dependents = [] } = live ?? {};
    if (dependents.length > 0 && inputs.forceDestroy !== true) throw takesAlong(spec, dependents);
    const warning = live && warningOfDeletion(capabilities);
    if (warning !== undefined) announce(`warning: ${opened.resource} ${ref.name}: ${warning}`);
    await opened.api.remove(ref, { force: inputs.forceDestroy === true });
  }
  claims.deleted(known, inputs);
  return "deleted";
}

/** Revokes the keys of a resource's ring, but those that another one has by now. The user stays, with its other keys. */
async function revokeAll({ known, inputs }: Remembered, backend: Backend, opened: Opened, claims: Claims) {
  const spec = { ...specOf(backend, inputs, opened.s3Endpoint), leaves: true as const };
  const may = (step: Step) => step.do === "revokeKey" && !claims.needsKey(known, step.id);
  await reconcile(spec, known, opened, { operation: "deleting", may }).catch(withoutKnown);
}
