/** What other people do to a user behind Pulumi's back, with the admin API or past it. */
import * as fc from "fast-check";
import type { Gateway } from "../../devserver/rgw/gateway";
import { admin } from "../devserver/request";

/** One deed of others. */
export type Deed =
  | "change a field"
  | "change a quota"
  | "suspend"
  | "add a key"
  | "remove the first key"
  | "remove the last key"
  | "replace the first secret"
  | "replace the last secret"
  | "delete the user"
  | "make the user"
  | "make the user without a key";

const DEEDS: readonly Deed[] = [
  "change a field",
  "change a quota",
  "suspend",
  "add a key",
  "remove the first key",
  "remove the last key",
  "replace the first secret",
  "replace the last secret",
  "delete the user",
  "make the user",
  "make the user without a key",
];

export const deed: fc.Arbitrary<Deed> = fc.constantFrom(...DEEDS);

/** The ids of keys that others make: nothing of ours may look like them. */
export const isTheirs = (accessKey: string): boolean => accessKey.startsWith("THEIRS");

/** Everybody but Pulumi. */
export class Others {
  private made = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly now: () => Date,
    private readonly uid: string,
  ) {}

  /** Does it, where it can be done; nothing otherwise. */
  meddle(what: Deed): void {
    const keys = [...(this.gateway.user(this.uid)?.keys.keys() ?? [])];
    const request = requestFor(what, this.uid, keys, ++this.made);
    if (request !== undefined) this.gateway.handle(admin(this.gateway, request, this.now()));
  }
}

function requestFor(what: Deed, uid: string, keys: readonly string[], number: number): string | undefined {
  const user = `uid=${uid}`;
  const another = `access-key=THEIRS${number}-${uid}&secret-key=their-secret-number-${number}`;
  const [first] = keys;
  const last = keys.at(-1);
  switch (what) {
    case "change a field":
      return `POST user?${user}&display-name=Mallory&max-buckets=3`;
    case "change a quota":
      return `PUT user?quota&${user}&quota-type=user&enabled=true&max-objects=1`;
    case "suspend":
      return `POST user?${user}&suspended=true`;
    case "add a key":
      return `PUT user?key&${user}&${another}`;
    case "remove the first key":
      return first && `DELETE user?key&${user}&access-key=${first}`;
    case "remove the last key":
      return last && `DELETE user?key&${user}&access-key=${last}`;
    case "replace the first secret":
      return first && `PUT user?key&${user}&access-key=${first}&secret-key=replaced-secret-number-${number}`;
    case "replace the last secret":
      return last && `PUT user?key&${user}&access-key=${last}&secret-key=replaced-secret-number-${number}`;
    case "delete the user":
      return `DELETE user?${user}`;
    case "make the user":
      return `PUT user?${user}&display-name=Theirs&max-buckets=9&${another}`;
    case "make the user without a key":
      return `PUT user?${user}&display-name=Theirs&generate-key=false`;
  }
}
