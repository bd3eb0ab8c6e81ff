/** What only ecs has. */
import { contract } from "./contract";
import { ecsWith } from "./ecs";

contract(ecsWith());
