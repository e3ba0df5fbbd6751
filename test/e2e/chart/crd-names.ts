// The definitions that the chart brings, as kubectl names them.
import { crdFiles } from '../../../src/api/crd/files.ts';

/** `scaledobjects.keda.sh` and the others, sorted. */
export const CRD_NAMES = [...crdFiles().keys()].map((file) => file.replace(/^(.+)_(.+)\.yaml$/, '$2.$1')).toSorted();
