/** The management API's table of operations, and how a request finds its one. */
import type { WireRequest } from "../../provider/http/wire";
import type { Answer, Data, Operation } from "./operation";
import * as users from "./users";

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
): { readonly kind: string; readonly subject: string; run(data: Data, now: number): Answer } | undefined {
  const { method, url, body = "" } = request;
  for (const { kind, path, operation } of TABLE) {
    const match = kind.startsWith(`${method} `) ? path.exec(url.pathname) : null;
    if (match === null) continue;
    const parts = match
      .slice(1)
      .filter((part) => part !== undefined)
      .map(decodeURIComponent);
    const run = (data: Data, now: number) =>
      operation({ data, now, method, path: parts, query: url.searchParams, body });
    return { kind, subject: parts[0] ?? "", run };
  }
  return undefined;
}
