/** A user that Pulumi knows by its id only, for `pulumi import` and resources that are only read. Changes nothing there. */
import type { Backend } from "../backends/backend";
import type { Opened } from "../connection";
import { ObjectUserError } from "../errors";
import { moveIn } from "../operator/import";
import { type Inputs, type Outputs, write } from "../pulumi/state";

/** A user that was found by its id. */
export interface Found {
  readonly id: string;
  readonly outs: Outputs;
  readonly inputs: Inputs;
}

/** The inputs that an id stands for. Throws an ObjectUserError where the id has another form. */
export function inputsOfId({ importedBy, resource }: Backend, id: string): Inputs {
  const { inputs, separator, firstIsOptional, lastIsOptional, as = (found) => found } = importedBy;
  const parts = id.split(separator);
  const shorter = firstIsOptional ? inputs.slice(1) : lastIsOptional ? inputs.slice(0, -1) : inputs;
  const names = parts.length < inputs.length ? shorter : inputs;
  const last = names.length - 1;
  const values = [...parts.slice(0, last), parts.slice(last).join(separator)];
  if (parts.length > last && !values.includes(""))
    return as(Object.fromEntries(names.map((name, nth) => [name, values[nth] ?? ""])));
  const other = shorter === inputs ? "" : ` or ${shorter.join(separator)}`;
  throw new ObjectUserError({
    code: "invalid",
    operation: "importing",
    subject: `${resource} by the id ${JSON.stringify(id)}`,
    problem: "the id has another form",
    advice: `Give it as ${inputs.join(separator)}${other}.`,
  });
}

/** A user as it is, its key proven. Rejects with an ObjectUserError, also when there is none. */
export async function readById(backend: Backend, id: string, opened: Opened): Promise<Found> {
  // A resource that is only read is read in each run: what it shows is to be the same then.
  const context = { ...opened, now: () => startOfDay(opened.now()) };
  const user = { name: id, inputs: inputsOfId(backend, id) };
  const { known, inputs } = await moveIn(backend, user, context, { declare: "differing" });
  return { id: known.userId, outs: write(known, inputs, opened.s3Endpoint, backend), inputs };
}

/** A fleet has no id: its members are no unit on the system. */
export function fleetHasNoId({ resource }: Backend): ObjectUserError {
  return new ObjectUserError({
    code: "unsupported",
    operation: "importing",
    subject: `${resource}s`,
    problem: "a fleet has no id on the system",
    advice: "Declare its members with adopt: true for one up, or import each user as a resource of its own.",
  });
}

function startOfDay(moment: Date): Date {
  return new Date(`${moment.toISOString().slice(0, 10)}T00:00:00.000Z`);
}
