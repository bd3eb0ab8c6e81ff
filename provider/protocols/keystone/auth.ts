/**
 * Where Keystone is, who logs in to it, and for what: the two ways of identity v3, as data, and the body of the login.
 *
 * Documentation: https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management
 */

/** Where Keystone is. */
export interface KeystoneAddress {
  /** With /v3, without a slash at the end. */
  readonly authUrl: string;
  readonly timeoutSeconds: number;
}

/** The address with the version, which many clouds leave out. */
export function versioned(authUrl: string): string {
  return /\/v\d[\d.]*$/.test(authUrl) ? authUrl.replace(/\/v\d[\d.]*$/, "/v3") : `${authUrl}/v3`;
}

/** A domain by its id or its name. */
export type DomainRef = { readonly id: string } | { readonly name: string };

/** Somebody who can log in. */
export type Identity =
  | {
      readonly by: "password";
      readonly user: { readonly id: string } | { readonly name: string; readonly domain: DomainRef };
      readonly password: string;
    }
  | {
      readonly by: "application credential";
      readonly credential:
        | { readonly id: string }
        | {
            readonly name: string;
            readonly user: { readonly id: string } | { readonly name: string; readonly domain: DomainRef };
          };
      readonly secret: string;
    };

/** What the token is for. An application credential brings its own. */
export type Scope =
  | { readonly project: { readonly id: string } | { readonly name: string; readonly domain: DomainRef } }
  | { readonly domain: DomainRef }
  | { readonly system: { readonly all: true } }
  | "unscoped";

/** A login: who, for what, and the words for it in messages. */
export interface Login {
  readonly identity: Identity;
  /** Absent for an application credential. */
  readonly scope?: Scope;
  /** Such as `user "admin"`. */
  readonly who: string;
  /** What to do when Keystone does not believe it. */
  readonly advice: string;
}

/** The body of POST /v3/auth/tokens. It holds the secret. */
export function loginBody({ identity, scope }: Login): string {
  const auth =
    identity.by === "password"
      ? { methods: ["password"], password: { user: { ...identity.user, password: identity.password } } }
      : {
          methods: ["application_credential"],
          application_credential: { ...identity.credential, secret: identity.secret },
        };
  return JSON.stringify({ auth: { identity: auth, ...(scope ? { scope } : {}) } });
}
