/**
 * The board: where the plugin processes of one run of Pulumi tell each other which users their resources manage. Pulumi
 * starts a process for each provider instance, and no process sees what another one is asked.
 */

/** What a resource says of a user. Later notes of a resource about the same user replace earlier ones. */
export interface Note {
  /** The resource's identity. */
  readonly resource: string;
  /** The system and the user, as `Run` writes them. */
  readonly user: string;
  readonly says: string;
}

/** The notes of one run. */
export interface Board {
  /** Puts up a note for all processes of this run. */
  post(note: Note): void;
  /** Every note of every process of this run, each process's in its order. */
  notes(): readonly Note[];
}

/** A board of one process, which is all that tests need who have one. */
export function ownBoard(): Board {
  const notes: Note[] = [];
  return { post: (note) => void notes.push(note), notes: () => notes };
}
