/**
 * The written form of users that are moved in: the resources of a file for `pulumi import --file`, one for each user or one
 * fleet for all. It holds secret keys in clear, marked so that Pulumi encrypts them.
 */
import type { Backend } from "../backends/backend";
import type { Known } from "../lifecycle/model";
import { handlerOf, SECRET_NAMES, SECRETS } from "../protocol";
import { writeFleet } from "../pulumi/fleet/state";
import { definedOnly, type Inputs, type Outputs, SECRET_SIGNATURE, write } from "../pulumi/state";

/** The content of a file for `pulumi import --file`. It holds secret keys in clear: keep it private, delete it after use. */
export interface ImportContent {
  readonly resources: readonly {
    readonly type: string;
    readonly name: string;
    readonly id: string;
    readonly inputs: Inputs;
    readonly outputs: Outputs;
  }[];
}

/** What of a user is written. */
interface Written {
  readonly name: string;
  readonly known: Known;
  /** In normal form. */
  readonly inputs: Inputs;
}

/** A resource for each user. */
export function singlesOf(backend: Backend, users: readonly Written[], s3Endpoint: string | undefined): ImportContent {
  const __provider = handlerOf(backend.kind);
  const resources = users.map(({ name, known, inputs }) => {
    const outputs = write(known, inputs, s3Endpoint, backend);
    return {
      type: typeOf(backend.resource),
      name,
      id: known.userId,
      inputs: marked({ ...inputs, __provider }),
      outputs: marked({ ...outputs, __provider }),
    };
  });
  return { resources };
}

/** One fleet for all users. */
export function fleetOf(
  backend: Backend,
  name: string,
  users: readonly Written[],
  s3Endpoint: string | undefined,
): ImportContent {
  const __provider = handlerOf(`${backend.kind}/fleet`);
  const title = `${backend.resource}s`;
  const members = new Map(users.map(({ name, known, inputs }) => [name, { known, inputs }]));
  const { credentials, ...outputs } = writeFleet(members, s3Endpoint, backend);
  const inputs = { users: Object.fromEntries(users.map(({ name, inputs }) => [name, inputs])) };
  const secret = asSecret((credentials as { value: unknown }).value);
  return {
    resources: [
      {
        type: typeOf(title),
        name,
        id: title,
        inputs: definedOnly({ ...inputs, __provider }),
        outputs: { ...outputs, credentials: secret, __provider },
      },
    ],
  };
}

function typeOf(resource: string): string {
  return `pulumi-nodejs:dynamic/object-users/${resource.replace(".", ":")}`;
}

/** With its secret members in the form that `pulumi import` encrypts. */
function marked(values: Outputs): Outputs {
  const secrets = [...SECRET_NAMES, SECRETS]
    .filter((name) => values[name] !== undefined)
    .map((name) => [name, asSecret(values[name])]);
  return definedOnly({ ...values, ...Object.fromEntries(secrets) });
}

function asSecret(value: unknown): Outputs {
  return { ...SECRET_SIGNATURE, plaintext: JSON.stringify(value) };
}
