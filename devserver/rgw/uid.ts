/**
 * A Ceph user id: `user`, `tenant$user` or `tenant$namespace$user`.
 */

/** A user id in its parts; a part that is not there is an empty string. */
export interface Uid {
  readonly tenant: string;
  readonly namespace: string;
  readonly id: string;
}

/** Splits at the first two `$`. Nothing is refused here: see `validTenant` and `isNobody`. */
export function parseUid(text: string): Uid {
  const first = text.indexOf("$");
  if (first < 0) return { tenant: "", namespace: "", id: text };
  const rest = text.slice(first + 1);
  const second = rest.indexOf("$");
  if (second < 0) return { tenant: text.slice(0, first), namespace: "", id: rest };
  return { tenant: text.slice(0, first), namespace: rest.slice(0, second), id: rest.slice(second + 1) };
}

/** The form in which a user is named everywhere: the key of the table, the owner of a bucket, `Owner.ID` in S3. */
export function formatUid({ tenant, namespace, id }: Uid): string {
  if (tenant === "" && namespace === "") return id;
  return namespace === "" ? `${tenant}$${id}` : `${tenant}$${namespace}$${id}`;
}

/** An empty id, or the one that stands for requests without credentials: both name nobody. */
export function isNobody(uid: Uid): boolean {
  return uid.id === "" || (uid.id === "anonymous" && uid.tenant === "");
}

export function validTenant(tenant: string): boolean {
  return /^[A-Za-z0-9_]*$/.test(tenant);
}
