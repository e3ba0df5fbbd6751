// A Job and its pods, as far as counting and cleaning up go by them.

export interface JobView {
  readonly name: string;
  readonly uid: string;
  /** metadata.creationTimestamp, in milliseconds. */
  readonly createdAt: number;
  /** The annotation scaledjob.keda.sh/generation. */
  readonly generation: string | undefined;
  /** The annotation sluice.dev/job-number; undefined on Jobs that others made (KEDA before us, a user by hand). */
  readonly number: number | undefined;
  /** Whether metadata.deletionTimestamp is set. */
  readonly isBeingDeleted: boolean;
  /**
   * The first of its conditions Complete and Failed that is True, and since when: status.completionTime, else the condition's
   * lastTransitionTime; and when this program saw it, by the clock that readings go by.
   */
  readonly finished: { readonly as: 'Complete' | 'Failed'; readonly at: number; readonly seenAt?: number } | undefined;
  /** Empty for a suspended Job: it waits like one whose pods are not there yet. */
  readonly pods: readonly PodView[];
}

export interface PodView {
  /** status.phase. */
  readonly phase: string;
  /** The types of its conditions that are True. */
  readonly conditions: readonly string[];
  /**
   * Since when its containers run, in milliseconds: the moment when this program saw it run, or before that if it ran already when this
   * program came. Undefined where nobody tells: it then counts as having started long ago.
   */
  readonly runningSince: number | undefined;
}

/** A Job that we have asked the API server for and that the watch does not show yet. */
export interface ExpectedJob {
  readonly name: string;
  readonly number: number;
  /**
   * created: the API server said so (or AlreadyExists of isJobOf), and it counts. unanswered: whether it exists is not known. It counts
   * for nothing until the watch shows it; when Jobs are wanted its number is given out again, and the name tells.
   */
  readonly state: 'unanswered' | 'created';
  /** When that became so, in milliseconds. */
  readonly at: number;
}
