/**
 * The users of a project, by their descriptions: their names are generated. The first one of a project may have none, and goes
 * by its name. One that is being made is not there yet.
 */
import type { Json } from "../../lifecycle/model";
import type { Listed } from "../../lifecycle/user-api";
import { unmarked } from "./description";
import type { Requests } from "./requests";

/** Lists the users. Rejects with an ObjectUserError. */
export async function* usersOf(requests: Requests, where: Readonly<Record<string, Json>>): AsyncIterable<Listed> {
  const publicCloudId = Number(where.publicCloudId);
  const projectId = Number(where.projectId);
  for (const { description, open_stack_name } of await requests.listUsers({ publicCloudId, projectId })) {
    if (description && unmarked(description).mark === undefined)
      yield { label: description, inputs: { publicCloudId, projectId, description } };
    if (!description && open_stack_name)
      yield { label: open_stack_name, inputs: { publicCloudId, projectId, openStackName: open_stack_name } };
  }
}
