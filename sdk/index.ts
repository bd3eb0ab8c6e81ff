/** Users of object storage as Pulumi resources: a namespace for each system. */
export * as cegedim from "./cegedim";
export * as ecs from "./ecs";
export * as infomaniak from "./infomaniak";
export * as openstack from "./openstack";
export * as rgw from "./rgw";
