/**
 * The region's side: a user of the account API is a user of the region's Keystone, and logs in there with its own
 * password. It has one project, and its S3 keys open that one.
 */
import { isObjectUserError } from "../../errors";
import { failure, repeatable } from "../../http/dialect";
import { poll } from "../../http/poll";
import type { Send } from "../../http/wire";
import type { KeyOwner } from "../../protocols/keystone/credentials";
import type { Session } from "../../protocols/keystone/session";
import { userSessions } from "../../protocols/keystone/user-sessions";
import { wireProjects } from "../../protocols/keystone/wire";
import type { BackendDeps } from "../backend";
import type { Settings } from "./settings";

/** How long the region may take to know of a user or a password that the account API calls done. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 2_000;

const ADVICE =
  "The password that this resource knows is not the user's any more: run pulumi refresh, then up, which sets a new one.";

/** A user that can log in to the region. */
export interface RegionUser {
  /** The generated one: "PCU-…". */
  readonly openStackName: string;
  /** What messages call the user. */
  readonly name: string;
  readonly password: string;
}

/** The logins of users in one region. */
export type Region = ReturnType<typeof regionOf>;

/** Opens the region. */
export function regionOf(settings: Settings, deps: BackendDeps & { readonly send: Send }) {
  const asUser = userSessions(settings, deps);
  /** When this process last had the account API make or change a user's password. */
  const changed = new Map<string, number>();

  function session({ openStackName, name, password }: RegionUser): Session {
    return asUser({ user: { name: openStackName, domain: { id: "default" } }, name, password }, ADVICE);
  }

  /** Repeats while the answer may only be late, which it may be after a change of ours. */
  async function patiently<T>(
    user: RegionUser,
    act: () => Promise<T>,
    isLate: (error: unknown) => boolean,
  ): Promise<T> {
    const since = deps.now().getTime() - (changed.get(user.openStackName) ?? Number.NEGATIVE_INFINITY);
    let late: unknown;
    const look = async () => {
      try {
        return { done: await act() };
      } catch (error) {
        if (!isLate(error)) throw error;
        late = error;
        return { status: "waiting for the region to know the user" };
      }
    };
    const tell = (status: string) => deps.log(`infomaniak.User ${user.name}: ${status}`);
    const pauses = { firstPauseMs: PAUSE_MS, longestPauseMs: PAUSE_MS, growth: 1 };
    const seen = await poll({ seconds: (PATIENCE_MS - since) / 1000, ...pauses, look, tell }, deps);
    if ("done" in seen) return seen.done;
    throw late;
  }

  const isUnbelieved = (error: unknown) => isObjectUserError(error, "unauthorized");

  return {
    /** The account API has just made the user, or changed its password. */
    passwordChanged: (openStackName: string) => void changed.set(openStackName, deps.now().getTime()),

    /** Runs calls as the user. Rejects with "unauthorized" when Keystone does not believe its password. */
    async as<T>(
      user: RegionUser,
      act: (session: Session, owner: Omit<KeyOwner, "projectId">) => Promise<T>,
    ): Promise<T> {
      const own = session(user);
      const { user: self } = await patiently(user, () => own.token(), isUnbelieved);
      return act(own, { userId: self.id, name: user.name });
    },

    /** GET /v3/auth/projects: the user's one project. */
    async projectOf(user: RegionUser): Promise<string> {
      const own = session(user);
      const act = repeatable("reading", "the projects of the user that is logged in");
      const look = async () => {
        const { projects } = await own.call(act, "GET", "/auth/projects", { schema: wireProjects });
        const [only, ...others] = projects;
        if (only && others.length === 0) return only.id;
        throw failure(repeatable("looking for", `the project of user "${user.name}"`), {
          code: only ? "unexpected" : "conflict",
          problem: only ? `the user has ${projects.length} projects and should have one` : "the user has no project",
          advice: only ? "Take the roles in other projects away." : "Run again in a minute.",
        });
      };
      return patiently(user, look, (error) => isUnbelieved(error) || isObjectUserError(error, "conflict"));
    },
  };
}
