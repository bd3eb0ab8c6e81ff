/** Why S3 refuses a key that Keystone has. S3 does not tell, but Keystone does: its user may be disabled, or its project. */
import * as z from "zod";
import { isObjectUserError } from "../../errors";
import { type Meaning, repeatable } from "../../http/dialect";
import { type KeyOwner, listKeys } from "./credentials";
import type { Session } from "./session";
import { named } from "./wire";

const enabled = z.looseObject({ enabled: z.boolean().default(true) });
const wireUser = z.looseObject({ user: enabled });
const wireProjects = z.looseObject({ projects: z.array(named.extend(enabled.shape)) });

const DISABLED = "and Keystone accepts no key until it is enabled";

/** The reason, where Keystone shows one to who is logged in: an administrator, or the user itself. */
export async function whyRefused(
  session: Session,
  { userId, name }: Omit<KeyOwner, "projectId">,
  accessKey: string,
): Promise<Pick<Meaning, "problem" | "advice"> | undefined> {
  const act = repeatable("reading", `user "${name}"`);
  const path = `/users/${encodeURIComponent(userId)}`;
  try {
    const { user } = await session.call(act, "GET", path, { schema: wireUser });
    if (!user.enabled) return { problem: `user ${userId} is disabled, ${DISABLED}`, advice: enable("user", userId) };
    const id = (await listKeys(session, { userId, name })).find(({ access }) => access === accessKey)?.tenant_id;
    if (!id) return undefined;
    const { projects } = await session.call(act, "GET", `${path}/projects`, { schema: wireProjects });
    const project = projects.find((one) => one.id === id);
    if (project === undefined)
      return {
        problem: `user ${userId} has no role in project ${id}, which the key opens`,
        advice: "Give the user a role there that the object store accepts, or choose another project, and run again.",
      };
    if (project.enabled) return undefined;
    return { problem: `project "${project.name}" is disabled, ${DISABLED}`, advice: enable("project", project.id) };
  } catch (error) {
    // The refusal itself is to be told, whatever else goes wrong.
    if (isObjectUserError(error)) return undefined;
    throw error;
  }
}

function enable(what: string, id: string): string {
  return `Have an administrator run: openstack ${what} set --enable ${id}. Then run again.`;
}
