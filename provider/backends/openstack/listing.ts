/** The users of a domain but the one that is logged in, and the inputs that declare one as it is. */
import * as z from "zod";
import { ObjectUserError } from "../../errors";
import { repeatable } from "../../http/dialect";
import type { Fields, Json } from "../../lifecycle/model";
import type { Listed } from "../../lifecycle/user-api";
import type { Session } from "../../protocols/keystone/session";
import type { Places } from "./places";

const wirePage = z.looseObject({
  users: z.array(z.looseObject({ id: z.string(), name: z.string() })),
  /** Keystone's own limit cut the list off; it has no further pages then. */
  truncated: z.boolean().optional(),
});

/** GET /v3/users?domain_id=. Rejects with an ObjectUserError, also when Keystone shows only a part of them. */
export async function* usersOf(session: Session, places: Places, domain: string): AsyncIterable<Listed> {
  const act = repeatable("listing", `the users of domain "${domain}"`);
  const { id } = await places.domain(domain);
  const own = (await session.token()).user.id;
  const path = `/users?domain_id=${encodeURIComponent(id)}`;
  const page = await session.call(act, "GET", path, { schema: wirePage });
  for (const user of page.users) {
    if (user.id !== own) yield { label: user.name, inputs: { name: user.name, domain } };
  }
  if (page.truncated === true) {
    throw new ObjectUserError({
      ...act,
      code: "unsupported",
      problem: `Keystone cuts its list off after ${page.users.length} users`,
      advice: "Raise list_limit of its [identity] section.",
    });
  }
}

/**
 * Settings as inputs. The project by its id: its name means it in the user's own domain only. Without `adopt` the user would
 * get another password.
 */
export function inputsOf({ description, email, enabled, projectId, roles }: Fields): Record<string, Json> {
  const isUsual = JSON.stringify(roles) === '["member"]';
  return {
    adopt: true,
    ...(projectId ? { projectId } : {}),
    ...(roles === undefined || isUsual ? {} : { roles }),
    ...(description ? { description } : {}),
    ...(email ? { email } : {}),
    ...(enabled === false ? { enabled } : {}),
  };
}
