/**
 * Look-ups: what a system has, for programs that manage none of it. Nothing is changed. Connections are closed when no
 * look-up is under way any more: a program that has nothing left to do ends.
 */
import type { Backend } from "../backends/backend";
import { type Config, type Opened, openConnection } from "../connection";
import { ObjectUserError } from "../errors";
import type { Fields, Json } from "../lifecycle/model";
import { checkArguments } from "../pulumi/inputs";
import { world as realWorld, type World } from "../world";

/** A key as a look-up shows it. */
export interface FoundKey {
  /** Tells the user's keys apart; the access key itself where every key has one of its own. */
  readonly id: string;
  readonly accessKey: string;
  /** When it was made, ISO 8601 in UTC, where the system tells. */
  readonly issuedAt?: string;
  /** Somebody has disabled it. */
  readonly inactive?: true;
  /** Only where it was asked for, and the system shows it. */
  readonly secretKey?: string;
}

/** A user as a look-up shows it. */
export interface Found {
  readonly userId: string;
  /** The user's settings, and what else the system shows of it. */
  readonly fields: Fields;
  /** Absent where the system does not list them, or not to this login. */
  readonly keys?: readonly FoundKey[];
  /** When the user was made, as the system says it, where it does. */
  readonly createdAt?: string;
}

/** The look-ups of one connection. Each rejects with an ObjectUserError. */
export interface LookUps {
  /** One user, by the inputs that say which. Rejects with "not-found" when there is none. */
  getUser(given: Fields, how: { readonly withSecrets: boolean }): Promise<Found>;
  /** The users of a place, each by the inputs that say which it is, in the order of their names. */
  listUsers(given: Fields): Promise<Fields[]>;
}

/** Opens look-ups. Sends nothing yet. */
export function openLookUps(backend: Backend, config: Config, world: World = realWorld): LookUps {
  const { system, locating, listedBy, locatedBy } = backend;
  let opened: Opened | undefined;
  let underWay = 0;
  const tasks: (() => Promise<void>)[] = [];

  async function during<T>(look: (opened: Opened) => Promise<T>): Promise<T> {
    underWay += 1;
    try {
      opened ??= openConnection(backend, config, { ...world, atEnd: (task) => void tasks.push(task) }, () => {});
      return await look(opened);
    } finally {
      underWay -= 1;
      if (underWay === 0) {
        opened = undefined;
        await Promise.allSettled(tasks.splice(0).map((task) => task()));
      }
    }
  }

  function checked(operation: string, given: Fields, names: readonly string[]): Fields {
    const { inputs, failures } = checkArguments(locatedBy, given, names);
    if (failures.length === 0) return inputs as Fields;
    throw new ObjectUserError({
      code: "invalid",
      operation,
      subject: `of ${system}`,
      problem: failures.map(({ property, reason }) => `${property} ${reason}`).join("; "),
      advice: `Give ${names.join(", ")}.`,
    });
  }

  return {
    async getUser(given, { withSecrets }) {
      const inputs = checked("looking up a user", given, locating);
      const { name, where } = backend.specOf(inputs);
      const live = await during(({ api }) => api.find({ name, where }));
      if (live === undefined) throw notThere(name);
      const { userId, fields, keys, createdAt } = live;
      return {
        userId,
        fields,
        ...(keys === undefined
          ? {}
          : { keys: keys.map(({ secretKey, ...key }) => (withSecrets && secretKey ? { ...key, secretKey } : key)) }),
        ...(createdAt === undefined ? {} : { createdAt }),
      };
    },

    async listUsers(given) {
      const where = checked("listing the users", given, listedBy) as Readonly<Record<string, Json>>;
      const listed = await during(async ({ api }) => {
        const users: { label: string; inputs: Fields }[] = [];
        for await (const user of api.list?.(where) ?? []) users.push(user);
        return users;
      });
      return listed.sort((one, other) => (one.label < other.label ? -1 : 1)).map(({ inputs }) => inputs);
    },
  };
}

function notThere(name: string): ObjectUserError {
  return new ObjectUserError({
    code: "not-found",
    operation: "looking up",
    subject: `user "${name}"`,
    problem: "there is no such user",
    advice: "Check the name and the connection; listUsers shows those that are there.",
  });
}
