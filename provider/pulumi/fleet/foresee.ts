/** What a fleet's outputs will be after an `up`, member by member. */
import type { Opened } from "../../connection";
import type { Known } from "../../lifecycle/model";
import { foreseen, withUnknowns } from "../foresee";
import { takenApart } from "../inputs";
import { asSecret, type Inputs, type Outputs, SECRET_SIGNATURE } from "../state";
import { hasUnknowns, UNKNOWN } from "../unknowns";
import type { Users } from "../users";
import { isUnknownFleet, knownMembersOf, ownInputs } from "./inputs";
import { assign } from "./members";
import { type FleetState, writeFleet } from "./state";

/** The outputs, with Pulumi's mark for what is not known yet: all of a member whose inputs are not known. */
export function foreseeFleet(users: Users, before: FleetState | undefined, news: Inputs, opened: Opened): Outputs {
  const { s3Endpoint } = opened;
  const { inputs, internals } = takenApart(news);
  const common = { ...ownInputs(inputs), endpoint: s3Endpoint ?? null, members: UNKNOWN };
  if (isUnknownFleet(inputs)) return { ...common, keys: UNKNOWN, credentials: asSecret(UNKNOWN) };
  const wanted = new Map([...knownMembersOf(inputs)].filter(([, member]) => !hasUnknowns(member)));
  const { staying } = assign(users, before ?? new Map(), wanted);
  const after = new Map<string, { known: Known; inputs: Inputs }>();
  for (const [name, member] of wanted) {
    const known = foreseen(users, staying.get(name), member, opened, internals);
    if (known) after.set(name, { known, inputs: member });
  }
  const open = Object.keys(inputs.users as object).filter((name) => !after.has(name));
  const unknown = Object.fromEntries(open.map((name) => [name, UNKNOWN]));
  const { credentials, keys, ...others } = withUnknowns(writeFleet(after, s3Endpoint, users.backend)) as Outputs;
  return {
    ...others,
    ...common,
    keys: joined(keys, unknown),
    credentials: joined(credentials, unknown),
  };
}

/** Members' values by name with more of them, as a secret if they are one. */
function joined(values: unknown, more: Outputs): unknown {
  const [signature] = Object.keys(SECRET_SIGNATURE) as [string];
  const all = values as Outputs;
  return signature in all ? asSecret({ ...(all.value as Outputs), ...more }) : { ...all, ...more };
}
