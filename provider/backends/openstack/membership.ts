/** A user's place: its project, and the roles that it has there. Changing it gives first and takes afterwards. */

import { z } from "zod";
import type { Fields } from "../../lifecycle/model";
import type { Places } from "./places";
import type { Named, Requests } from "./requests";
import type { WireUser } from "./wire";

/** The part of a user's settings that says where it belongs. */
const placeSchema = z.looseObject({
  project: z.string().optional(),
  projectId: z.string().optional(),
  roles: z.array(z.string()).optional(),
});

/** A project and roles in it, all of which exist. */
export interface Place {
  readonly projectId: string;
  readonly roles: readonly Named[];
}

/** The place that settings name. Rejects, before anything is changed, when it does not exist. */
export async function placeOf(fields: Fields, domainId: string, places: Places): Promise<Place> {
  const { project, projectId, roles = [] } = placeSchema.parse(fields);
  const there =
    projectId === undefined ? await places.project(project ?? "", domainId) : await places.projectById(projectId);
  return { projectId: there.id, roles: await Promise.all(roles.map((role) => places.role(role))) };
}

/** Gives a new user its roles. */
export async function grantRoles(user: WireUser, place: Place, requests: Requests): Promise<void> {
  for (const role of place.roles) await requests.changeRole("PUT", user.id, user.name, place.projectId, role.id);
}

/** Whether changed settings say anything about the place. */
export function concernsPlace(changes: Fields): boolean {
  return changes.project !== undefined || changes.projectId !== undefined || changes.roles !== undefined;
}

/**
 * Gives a user the roles of its new place, has `enter` make the project its own, and takes away the roles that it does
 * not have there any more, all those in its former project included.
 */
export async function move(user: WireUser, to: Place, requests: Requests, enter: () => Promise<void>): Promise<void> {
  const { id, name, default_project_id: from } = user;
  const isElsewhere = from !== to.projectId;
  const before = from ? await requests.rolesOf(id, name, from) : [];
  for (const role of to.roles) {
    if (isElsewhere || !before.some((held) => held.id === role.id))
      await requests.changeRole("PUT", id, name, to.projectId, role.id);
  }
  if (isElsewhere) await enter();
  for (const held of before) {
    if (isElsewhere || !to.roles.some((role) => role.id === held.id))
      await requests.changeRole("DELETE", id, name, from ?? "", held.id);
  }
}
