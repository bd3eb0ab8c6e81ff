/** Sessions of the users themselves, for calls that only the owner may make: one for each user and password. */
import { createHash } from "node:crypto";
import type { DomainRef, KeystoneAddress } from "./auth";
import { openSession, type Session, type SessionDeps } from "./session";

/** A user who logs in with a password of its own. */
export interface Owner {
  readonly user: { readonly id: string } | { readonly name: string; readonly domain: DomainRef };
  /** What messages call the user. */
  readonly name: string;
  readonly password: string;
}

/** The session of a user; `advice` is what to do when Keystone does not believe the password. */
export type UserSessions = (owner: Owner, advice: string) => Session;

/** Opens sessions at one Keystone. They are not for a project: a user may list and make its keys without one. */
export function userSessions(address: KeystoneAddress, deps: SessionDeps): UserSessions {
  const open = new Map<string, Session>();
  return ({ user, name, password }, advice) => {
    const key = `${JSON.stringify(user)} ${createHash("sha256").update(password).digest("hex")}`;
    const login = {
      identity: { by: "password", user, password },
      scope: "unscoped",
      who: `user "${name}"`,
      advice,
    } as const;
    const session = open.get(key) ?? openSession(login, address, deps);
    open.set(key, session);
    return session;
  };
}
