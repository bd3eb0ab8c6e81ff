/** What only rgw has. */
import { contract } from "./contract";
import { embedded } from "./rgw";

contract(embedded);
