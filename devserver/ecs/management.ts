/** The management API's table of operations, and how a request finds its one. */
import type { WireRequest } from "../../provider/http/wire";
import * as users from "./users";

/** What an operation answers: JSON, or nothing. */
export type Answer = Readonly<Record<string, unknown>> | undefined;

/** What an operation is given. */
export interface Asked {
  readonly data: users.Data;
  readonly now: number;
  readonly method: string;
  /** The parts of the path that the table leaves open, decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

/** One operation of the management API. */
export type Operation = (asked: Asked) => Answer;

interface Row {
  readonly kind: string;
  readonly path: RegExp;
  readonly operation: Operation;
}

const TABLE: readonly Row[] = [
  { kind: "POST users", path: /^\/object\/users$/, operation: users.createUser },
  { kind: "POST users/deactivate", path: /^\/object\/users\/deactivate$/, operation: users.deleteUser },
  { kind: "PUT users/lock", path: /^\/object\/users\/lock$/, operation: users.lockUser },
  { kind: "GET users/info", path: /^\/object\/users\/([^/]+)\/info$/, operation: users.getUser },
  { kind: "GET users", path: /^\/object\/users\/([^/]+)$/, operation: users.listUsers },
  { kind: "POST users/tags", path: /^\/object\/users\/([^/]+)\/tags$/, operation: users.changeTags },
  { kind: "PUT users/tags", path: /^\/object\/users\/([^/]+)\/tags$/, operation: users.changeTags },
  { kind: "DELETE users/tags", path: /^\/object\/users\/([^/]+)\/tags$/, operation: users.changeTags },
  {
    kind: "POST keys/deactivate",
    path: /^\/object\/user-secret-keys\/([^/]+)\/deactivate$/,
    operation: users.deleteKey,
  },
  { kind: "POST keys", path: /^\/object\/user-secret-keys\/([^/]+)$/, operation: users.createKey },
  { kind: "GET keys", path: /^\/object\/user-secret-keys\/([^/]+)(?:\/([^/]+))?$/, operation: users.listKeys },
  { kind: "GET hide", path: /^\/config\/secretkey\/hidesecretkey$/, operation: users.hideSecrets },
  { kind: "PUT hide", path: /^\/config\/secretkey\/hidesecretkey$/, operation: users.hideSecrets },
];

/** The operation that a request asks for, ready to run; undefined when there is none. */
export function operationOf(
  request: WireRequest,
): { readonly kind: string; readonly subject: string; run(data: users.Data, now: number): Answer } | undefined {
  const { method, url, body = "" } = request;
  for (const { kind, path, operation } of TABLE) {
    const match = kind.startsWith(`${method} `) ? path.exec(url.pathname) : null;
    if (match === null) continue;
    const parts = match
      .slice(1)
      .filter((part) => part !== undefined)
      .map(decodeURIComponent);
    const run = (data: users.Data, now: number) =>
      operation({ data, now, method, path: parts, query: url.searchParams, body });
    return { kind, subject: parts[0] ?? "", run };
  }
  return undefined;
}
