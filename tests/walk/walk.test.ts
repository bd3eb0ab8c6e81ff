/**
 * Random walks: whatever people edit, whatever goes wrong and whoever acts besides, no user and no key is lost. A failure
 * prints its seed and the shortest walk that still fails, with what happened on it.
 *
 * OBJECT_USERS_WALKS=10000 takes more of them, OBJECT_USERS_SEED=… the same ones again.
 */
import { packaged } from "./packaged";
import { cegedim } from "./systems/cegedim";
import { ecs } from "./systems/ecs";
import { projects } from "./systems/infomaniak-project";
import { rgw } from "./systems/rgw";
import { accessKeys } from "./systems/rgw-access-key";
import { accounts } from "./systems/rgw-account";
import { subusers, swiftSubusers } from "./systems/rgw-subuser";
import { describeWalks } from "./walk";

describeWalks(rgw(20), 150);
describeWalks(packaged(rgw(20)), 30);
describeWalks(rgw(16), 50);
describeWalks(subusers, 40);
describeWalks(swiftSubusers, 10);
describeWalks(accessKeys, 40);
describeWalks(accounts, 40);
describeWalks(ecs({ hides: false }), 50);
describeWalks(ecs({ hides: true }), 50);
describeWalks(cegedim, 50);
describeWalks(projects, 10);
