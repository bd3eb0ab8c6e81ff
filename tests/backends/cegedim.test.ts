/** What only cegedim has. */

import { cegedimWith } from "./cegedim";
import { contract } from "./contract";

contract(cegedimWith());
