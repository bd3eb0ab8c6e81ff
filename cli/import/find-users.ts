/** Looking at the users of a system: those whose names match, each ready to be moved in, or with the reason why not. */
import type { Backend, Connection } from "../../provider/backends/backend";
import { sentenceOf } from "../../provider/errors";
import type { Context } from "../../provider/lifecycle/context";
import type { Json } from "../../provider/lifecycle/model";
import { type MovedIn, moveIn } from "../../provider/operator/import";
import { inParallel } from "../../provider/parallel";
import type { Inputs } from "../../provider/pulumi/state";
import { UsageError } from "../exit";
import { AT_ONCE, progress, type Terminal } from "../terminal";
import { namer } from "./names";

/** A user that stays where it is. */
export interface NotImported {
  readonly user: string;
  readonly reason: string;
}

/** What was found, in the order of the users' names. */
export interface Found {
  readonly users: readonly MovedIn[];
  readonly others: readonly NotImported[];
}

/** Looks at the users that `isMeant` picks; each gets the `common` inputs. Rejects when they cannot be listed. */
export async function findUsers(
  backend: Backend,
  opened: Context & Connection,
  common: Inputs,
  isMeant: (label: string) => boolean,
  terminal: Terminal,
): Promise<Found> {
  const listed: { label: string; inputs: Inputs }[] = [];
  const counted = progress(terminal, "users listed", Number.POSITIVE_INFINITY);
  if (!opened.api.list) throw new UsageError(`Users of ${backend.kind} cannot be listed.`);
  for await (const each of opened.api.list(placeIn(backend, common))) {
    if (terminal.interrupted.aborted) break;
    counted();
    if (isMeant(each.label)) listed.push(each);
  }
  listed.sort((one, other) => (one.label < other.label ? -1 : 1));
  const nameOf = namer();
  const users: MovedIn[] = new Array(listed.length);
  const others: NotImported[] = [];
  const more = progress(terminal, "users looked at", listed.length);
  await inParallel(
    listed.entries(),
    AT_ONCE,
    async ([index, { label, inputs }]) => {
      try {
        const name = nameOf(label);
        const found = await moveIn(backend, { name, inputs: { ...inputs, ...common } }, opened, {
          declare: "differing",
        });
        const [step] = found.left;
        if (step) others.push({ user: label, reason: `the first up would change it: ${step.why}` });
        else users[index] = found;
      } catch (error) {
        others.push({ user: label, reason: sentenceOf(error) });
      }
      more();
    },
    terminal.interrupted,
  );
  return { users: users.filter(Boolean), others: others.sort((one, other) => (one.user < other.user ? -1 : 1)) };
}

/** Those that a fleet can have: one key of each user. The other keys stay where they are. */
export function forFleet(backend: Backend, { users, others }: Found): Found {
  const firsts = new Map<string, MovedIn>();
  const more: NotImported[] = [];
  for (const moved of users) {
    const { name } = backend.specOf(moved.inputs);
    const reason = `a fleet has one key of each user, and "${firsts.get(name)?.name}" is of the same; go without --fleet`;
    if (firsts.has(name)) more.push({ user: moved.name, reason });
    else firsts.set(name, moved);
  }
  return { users: [...firsts.values()], others: [...others, ...more] };
}

/** Where to look, from the inputs that all users share. Throws a UsageError that says what is missing. */
function placeIn({ kind, listedBy }: Backend, common: Inputs): Record<string, Json> {
  const missing = listedBy.filter((name) => common[name] === undefined);
  if (missing.length > 0) {
    const options = missing.map((name) => `--input ${name}=…`).join(" ");
    throw new UsageError(`Users of ${kind} are listed by place: give ${options}.`);
  }
  return Object.fromEntries(listedBy.map((name) => [name, common[name] as Json]));
}
