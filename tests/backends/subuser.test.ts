/** What only rgw.Subuser does, and the contract that it keeps with keys of both types. */
import { contract } from "./contract";
import { withKeys } from "./rgw-subuser";

for (const keyType of ["s3", "swift"] as const) {
  contract(withKeys(keyType));
  contract(withKeys(keyType), "the packaged door");
}
