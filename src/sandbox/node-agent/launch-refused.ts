// Why a container can't start: a reason that goes into its status, with words for the person who reads it.

/** Kubernetes' reasons of a waiting container, as `kubectl get pods` shows them. */
export type RefusalReason = 'CreateContainerConfigError' | 'ErrImageNeverPull' | 'RunContainerError';

/** Not an error of the program: it ends up in `state.waiting` and an Event, and the start is tried again later. */
export class LaunchRefused extends Error {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LaunchRefused';
    this.reason = reason;
  }
}
