/** The remote calls for subusers and their keys, one function each. The first part that a query names is the one it is about. */
import { type Meanings, repeatable, unrepeatable } from "../../../http/dialect";
import type { Fields } from "../../../lifecycle/model";
import { writtenBy } from "../../rows";
import { type Requests, USERS } from "../requests";
import { wireKeys } from "../wire";
import { idOf, rows, type Where } from "./args";
import { wireSubusers, wireSwiftKeys } from "./wire";

/** What the answers to a request for a subuser mean. */
const OF_SUBUSERS: Meanings = {
  "404 NoSuchUser": { code: "not-found", problem: "there is no such user", advice: "Check user: it is the full id." },
  "404 NoSuchSubUser": { code: "not-found", problem: "there is no such subuser", advice: "Check user and name." },
};

/** What is to be done about a subuser. */
const acting = (operation: string, where: Where, of: typeof repeatable = unrepeatable) => ({
  ...of(operation, `subuser "${idOf(where)}"`),
  means: OF_SUBUSERS,
});

/** The calls for subusers of one gateway. Each rejects with an ObjectUserError. */
export function subuserRequests({ call }: Pick<Requests, "call">) {
  const of = (where: Where) => ({ uid: where.user, subuser: idOf(where) });

  return {
    /**
     * PUT /admin/user?subuser. Of one that is there it changes nothing, and adds the key; so it must have been seen that there is
     * none. It always makes a key: without a type a Swift key, which would end the one that is there. The answer shows no keys.
     */
    create: (where: Where, fields: Fields, accessKey: string) => {
      const query = { ...of(where), ...writtenBy(rows, fields), "key-type": "s3", "access-key": accessKey };
      return call(acting("creating", where), "PUT", USERS, query, { schema: wireSubusers });
    },

    /** POST /admin/user?subuser. Without access it would take all of it away. */
    modify: (where: Where, fields: Fields) => {
      const query = { ...of(where), ...writtenBy(rows, fields) };
      return call(acting("changing", where), "POST", USERS, query, { schema: wireSubusers });
    },

    /** DELETE /admin/user?subuser takes the subuser's keys along, always; purge-keys says so. Harmless to repeat. */
    remove: (where: Where) =>
      call(acting("deleting", where, repeatable), "DELETE", USERS, { ...of(where), "purge-keys": true }),

    /** PUT /admin/user?key for an S3 key. It makes one also of a subuser that is not there, so it must have been seen. */
    issueKey: (where: Where, accessKey: string) => {
      const query = { key: "", ...of(where), "key-type": "s3", "access-key": accessKey, "generate-key": true };
      return call(acting(`issuing key ${accessKey} of`, where), "PUT", USERS, query, { schema: wireKeys });
    },

    /** PUT /admin/user?key for the Swift key: its secret is replaced, and a disabled key enabled. */
    replaceSecret: (where: Where) => {
      const query = { key: "", ...of(where), "key-type": "swift", "generate-key": true, active: true };
      return call(acting("replacing the Swift secret of", where), "PUT", USERS, query, { schema: wireSwiftKeys });
    },

    /** DELETE /admin/user?key for the Swift key. 403 InvalidAccessKeyId when it is gone. */
    deleteSecret: (where: Where) => {
      const query = { key: "", ...of(where), "key-type": "swift" };
      return call(acting("ending the Swift secret of", where), "DELETE", USERS, query);
    },
  };
}
